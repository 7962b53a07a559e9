"""Webhooks."""

from connectors.platforms.bigcommerce.wire.answers import Empty, Wire


class Hook(Wire):
    id: int
    scope: str
    destination: str
    is_active: bool | None = None
    headers: dict[str, str] | Empty | None = None
