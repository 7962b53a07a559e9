"""Each test of the videos has a key store of its own, and a caller who holds a key."""

from tests.api.conftest import _own_keystore, ask

__all__ = ["_own_keystore", "ask"]
