"""The demo shows every platform that Minta knows, and tells its stores apart."""

from connectors.demo.parts import PARTS
from connectors.platforms import PLATFORMS
from connectors.sandbox.platforms import PLATFORMS as PLAYED


def test_every_platform_has_its_part() -> None:
    assert {part.platform for part in PARTS} >= set(PLATFORMS)
    assert {part.platform for part in PARTS} == set(PLAYED)


def test_no_two_parts_share_a_store_or_a_port() -> None:
    assert len({part.handle for part in PARTS}) == len({part.port for part in PARTS}) == len(PARTS)
