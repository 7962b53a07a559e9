"""How many records of each store were handed out for a purpose on a day: counts, for the merchant's page."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from connectors.models import FeedRead
from connectors.policy.clauses import Purpose

_TABLE = FeedRead._meta.db_table


def count(purpose: Purpose, read: Mapping[int, int], now: datetime) -> None:
    """Add the records read, store by store, to the day's counts: one statement."""
    values: list[Any] = []
    # In one order always: two requests that count the same stores shall not wait for each other in a ring.
    for store_id, number in sorted(read.items()):
        values += (store_id, purpose.key, connection.ops.adapt_datefield_value(now.date()), number)
    if not values:
        return
    places = ", ".join(["(%s, %s, %s, %s)"] * len(read))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {_TABLE} (store_id, purpose, day, count) VALUES {places}"  # noqa: S608 - ours
            " ON CONFLICT (store_id, purpose, day)"
            f" DO UPDATE SET count = {_TABLE}.count + excluded.count",
            values,
        )
