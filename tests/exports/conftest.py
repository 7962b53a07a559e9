"""Each test of the exports has a key store of its own."""

from tests.verbs.conftest import _own_var_dir

__all__ = ["_own_var_dir"]
