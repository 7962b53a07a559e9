"""Threads, processes and forks share one key store and see the same keys at every moment."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from connectors.vault import KeyStore, MasterKeys, new_master_key
from tests.vault.filling import fill
from tests.vault.test_kills import KEY, ROOT

CREATE = """
import sys
from pathlib import Path
from connectors.vault import KeyStore, MasterKeys
sys.stdin.readline()
keystore = KeyStore(Path(sys.argv[1]), MasterKeys.parse(sys.argv[2]))
print(keystore.create("st_1", 1).id, keystore.finder().fingerprint("shop").hex())
"""

READ = """
import select, sys
from pathlib import Path
from connectors.vault import KeyStore, MasterKeys
keystore = KeyStore(Path(sys.argv[1]), MasterKeys.parse(sys.argv[2]))
print("ready", flush=True)
seen = set()
while not select.select([sys.stdin], [], [], 0)[0]:
    seen.add(keystore.get("st_1", 1).id)
    seen.add(keystore.finder().fingerprint("shop").hex())
print(*sorted(seen))
"""


def started(program: str, path: Path, keys: str = KEY, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", program, str(path), keys, *words]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_processes_that_found_one_key_store_together_agree(folder: Path) -> None:
    workers = [started(CREATE, folder / "keys" / "keys.sqlite3") for _ in range(4)]
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    answers = {worker.communicate(timeout=300)[0] for worker in workers}
    assert len(answers) == 1
    assert [worker.returncode for worker in workers] == [0] * 4


def test_readers_never_fail_while_keys_turn_over(folder: Path) -> None:
    path = folder / "keys.sqlite3"
    keystore = KeyStore(path, MasterKeys.parse(KEY))
    known = sorted([keystore.create("st_1", 1).id, keystore.finder().fingerprint("shop").hex()])
    readers = [started(READ, path) for _ in range(2)]
    for reader in readers:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "ready\n"
    for _ in range(20):
        assert keystore.turn_over() == 1
        keystore.rewrap_masters()
    answers = [reader.communicate("stop\n", timeout=300)[0].split() for reader in readers]
    assert answers == [known, known]
    assert [reader.returncode for reader in readers] == [0, 0]


def test_threads_that_create_one_key_get_one(keystore: KeyStore) -> None:
    barrier = threading.Barrier(8)

    def create(_: int) -> str:
        barrier.wait()
        return keystore.create("st_1", 1).id

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(create, range(8)))) == 1


def test_threads_read_write_and_turn_over_at_once(keystore: KeyStore) -> None:
    def live(number: int) -> bool:
        store = f"st_{number}"
        sealed = keystore.create(store, 1).seal("product", "p1", store.encode())
        keystore.quarantine(store, 1)
        keystore.turn_over()
        keystore.revive(store, 1)
        return keystore.get(store, 1).open("product", "p1", sealed) == store.encode()

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(live, range(10)))
    assert keystore.status().wrapping_keys == 1
    assert keystore.status().live == 10


FORK = """
import os, sys
from pathlib import Path
from connectors.vault import KeyStore, MasterKeys
keystore = KeyStore(Path(sys.argv[1]), MasterKeys.parse(sys.argv[2]))
key = keystore.create("st_1", 1)
children = []
for number in range(3):
    child = os.fork()
    if not child:
        keystore.turn_over()
        same = keystore.get("st_1", 1).id == key.id
        Path(sys.argv[1] + f".sealed{number}").write_bytes(key.seal("product", "p1", b"plain"))
        os._exit(0 if same else 1)
    children.append(child)
keystore.turn_over()
print([os.waitpid(child, 0)[1] for child in children], keystore.get("st_1", 1).id == key.id)
"""


def test_a_fork_carries_nothing_that_breaks(folder: Path) -> None:
    path = folder / "keys.sqlite3"
    worker = started(FORK, path)
    assert worker.communicate(timeout=300)[0] == "[0, 0, 0] True\n"
    sealed = [path.with_name(f"{path.name}.sealed{number}").read_bytes() for number in range(3)]
    # Nonces come from the kernel: children that share a key share no nonce.
    assert len({each[9:21] for each in sealed}) == 3
    assert len({each[:9] for each in sealed}) == 1


LIVE = """
import itertools, select, sys, time
from pathlib import Path
from connectors.errors import KeyGone
from connectors.vault import KeyStore, MasterKeys
keystore = KeyStore(Path(sys.argv[1]), MasterKeys.parse(sys.argv[2]))
mine = sys.argv[3]
sealed = {f"st_{n}": keystore.get(f"st_{n}", 1).seal("product", "p1", b"plain") for n in range(0, 10000, 997)}
print("ready", flush=True)
for number in itertools.count():
    made = keystore.create(f"st_{mine}_{number}", 1).id
    assert keystore.get(f"st_{mine}_{number}", 1).id == made
    for store, value in sealed.items():
        assert keystore.get(store, 1).open("product", "p1", value) == b"plain"
    if number % 2:
        assert keystore.destroy(f"st_{mine}_{number}", 1) == made
        assert keystore.state(f"st_{mine}_{number}", 1) == "destroyed"
    if select.select([sys.stdin], [], [], 0)[0]:
        break
print(number + 1)
"""


def test_processes_install_read_and_destroy_while_ten_thousand_keys_turn_over(folder: Path) -> None:
    path = folder / "keys.sqlite3"
    old, new = KEY, new_master_key()
    fill(KeyStore(path, MasterKeys.parse(old)), 10_000)
    # They still run with the order of before the rotation.
    crowd = [started(LIVE, path, f"{old},{new}", name) for name in ("a", "b")]
    for each in crowd:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    rotating = KeyStore(path, MasterKeys.parse(f"{new},{old}"))
    rotating.rewrap_masters()
    assert rotating.turn_over() >= 10_000
    counts = [int(each.communicate("stop\n", timeout=300)[0]) for each in crowd]
    assert [each.returncode for each in crowd] == [0, 0]
    assert min(counts) > 1

    alone = KeyStore(path, MasterKeys.parse(new))
    status = alone.status()
    destroyed = sum(count // 2 for count in counts)
    assert (status.wrapping_keys, status.unreadable) == (1, 0)
    assert (status.live, status.destroyed) == (10_000 + sum(counts) - destroyed, destroyed)
    for name, count in zip("ab", counts, strict=True):
        for number in range(count):
            assert alone.has(f"st_{name}_{number}", 1) == (number % 2 == 0)
