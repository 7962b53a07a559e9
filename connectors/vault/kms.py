"""Master keys that lie sealed by AWS KMS: `kms:` and the base64 of a ciphertext, in MINTA_MASTER_KEYS.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html
    https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKey.html

KMS is asked when a process needs its keys for the first time, and not again: it may be away later.
"""

import importlib
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any, Final

from connectors.errors import Misconfigured
from connectors.vault.aead import SECRET_BYTES

#: How such an entry begins.
PREFIX: Final = "kms:"
#: What KMS binds a ciphertext to, and writes into its own log: no other may be passed off as a master key.
CONTEXT: Final = {"minta": "master key"}
_WAIT_SECONDS: Final = 5


class Kms:
    """Make and open master keys by KMS; who we are to AWS is found as all of its tools find it."""

    def __init__(self, region: str, endpoint: str = "") -> None:
        """`endpoint`: where KMS is, when it is not where AWS says."""
        self._region = region
        self._endpoint = endpoint

    def __repr__(self) -> str:
        return f"<Kms {self._region}>"

    def new(self, key_id: str) -> str:
        """Return a new master key as an entry that only KMS can open; the key itself is not kept."""
        made = self._ask(
            "A new master key",
            lambda client: client.generate_data_key(
                KeyId=key_id, NumberOfBytes=SECRET_BYTES, EncryptionContext=CONTEXT
            ),
        )
        return PREFIX + b64encode(made["CiphertextBlob"]).decode()

    def open(self, entry: str, whose: str) -> bytes:
        """Return the key of an entry; raise `Misconfigured`, naming `whose` it is and why not."""
        try:
            ciphertext = b64decode(entry.strip().removeprefix(PREFIX), validate=True)
        except ValueError:
            raise Misconfigured(f"{whose} is not base64 behind {PREFIX}") from None
        if not ciphertext:
            raise Misconfigured(f"{whose} is empty.")
        opened = self._ask(
            whose, lambda client: client.decrypt(CiphertextBlob=ciphertext, EncryptionContext=CONTEXT)
        )
        return bytes(opened["Plaintext"])

    def _ask(self, whose: str, question: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        try:
            return question(self._client(whose))
        except Misconfigured:
            raise
        except Exception as failure:
            # The message may hold an account's numbers; its code is enough.
            answer = getattr(failure, "response", {})
            code = answer.get("Error", {}).get("Code") or type(failure).__name__
            raise Misconfigured(f"{whose} is not opened by AWS KMS: {code}.") from None

    def _client(self, whose: str) -> Any:
        if not self._region:
            raise Misconfigured(f"{whose} is of AWS KMS, and MINTA_AWS_REGION is not set.")
        try:
            # Only where it is used: it takes long to load, and most installations have no need of it.
            boto3, config = importlib.import_module("boto3"), importlib.import_module("botocore.config")
        except ImportError:
            raise Misconfigured(f"{whose} is of AWS KMS, which needs boto3: install `minta[aws]`.") from None
        return boto3.client(
            "kms",
            region_name=self._region,
            endpoint_url=self._endpoint or None,
            config=config.Config(
                connect_timeout=_WAIT_SECONDS,
                read_timeout=_WAIT_SECONDS,
                retries={"mode": "standard", "total_max_attempts": 3},
            ),
        )
