"""Fill a key store with many keys at once: one by one, each would wait for the disk."""

from secrets import token_bytes

from connectors.vault import KeyStore, StoreKey


def fill(keystore: KeyStore, count: int) -> None:
    """Make keys of the stores `st_0` to `st_{count - 1}`, in epoch 1."""
    with keystore._file.writing() as rows:
        wrapping = keystore._wraps.read()[0]
        made = []
        for number in range(count):
            secret, store = token_bytes(32), f"st_{number}"
            wrapped = wrapping.wrap(secret, store, 1, "live")
            made.append((store, StoreKey(secret, store, 1).id, wrapped))
        rows.executemany("INSERT INTO store_keys VALUES (?, 1, 'live', ?, ?, 0, NULL)", made)
