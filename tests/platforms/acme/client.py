"""Acme's API of one store. No error of ours holds what was sent or what came back."""

from collections.abc import Mapping
from typing import Final, TypeVar
from urllib.parse import urlencode

from msgspec.json import Decoder

from connectors.platforms.http import Transport, decode, refuse
from connectors.platforms.opening import Credentials, Grant

T = TypeVar("T")
PLACE: Final = "Acme API"
_GONE: Final = 404


class Client:
    """Ask one store."""

    def __init__(self, grant: Grant, credentials: Credentials) -> None:
        self._url = f"{credentials.origin}/stores/{grant.shop}"
        self._headers = {"Authorization": f"Bearer {grant.access_token}", "Accept": "application/json"}
        self._transport = Transport()

    def find(self, path: str, decoder: "Decoder[T]", asked: Mapping[str, str] = {}) -> T | None:
        """Return what is at a path, None where nothing is; raises what the answer's status means."""
        query = f"?{urlencode(asked)}" if asked else ""
        answer = self._transport.call(
            "GET", f"{self._url}/{path}{query}", place=PLACE, headers=self._headers, repeatable=True
        )
        if answer.status == _GONE:
            return None
        refuse(answer, PLACE)
        return decode(decoder, answer.body, PLACE)
