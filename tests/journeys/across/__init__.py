"""The same journeys on every platform but the first: what differs from one to the next is in `Side`."""

import pytest

# What a side compares, a failure shows.
pytest.register_assert_rewrite("tests.journeys.across.side")
