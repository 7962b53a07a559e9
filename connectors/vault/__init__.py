"""The vault: master keys -> wrapping keys -> one key per store -> sealed bytes bound to their place.

    aead.py       places, derived keys, and the one byte format
    seal.py       `StoreKey`: seal and open, keep and recall, fingerprint, digest
    payload.py    what is wrapped of a store's key, before and after a re-seal
    ring.py       `MasterKeys`: `[current, *previous]`; the first seals, all open
    wrapping.py   the wrapping keys and their file
    keyfile.py    the SQLite file of the key store
    kms.py        `Kms`: master keys that lie sealed by AWS KMS
    keystore.py   `KeyStore`: create, get, quarantine, revive, destroy, turn, turn over
    turnover.py   what a turn-over does, and what an operator may see
    finder.py     `Finder`: fingerprints that find a store before its key is known
    keeper.py     `Keeper`: seal what belongs to the installation and to no store
    signing.py    `Signer`, `verify`: Ed25519 for receipts
    spool.py      `Spool`: a sealed temporary file for bulk downloads

Everything here takes keys, paths and clocks as arguments and raises `Unsealable`, `KeyGone`, `Unverified`,
`Misconfigured` or `VaultError`. docs/vault.md has the byte format, its vectors, and what leaks.
"""

from connectors.vault.finder import Finder
from connectors.vault.keeper import Keeper
from connectors.vault.keystore import DestroyedKey, KeyStore
from connectors.vault.kms import Kms
from connectors.vault.ring import MasterKeys, new_master_key
from connectors.vault.seal import StoreKey
from connectors.vault.signing import Signer, new_signing_key, verify
from connectors.vault.spool import Spool
from connectors.vault.turnover import KeyStatus

__all__ = [
    "DestroyedKey",
    "Finder",
    "Keeper",
    "KeyStatus",
    "KeyStore",
    "Kms",
    "MasterKeys",
    "Signer",
    "Spool",
    "StoreKey",
    "new_master_key",
    "new_signing_key",
    "verify",
]
