"""S3 in a process of its own, as moto plays it.

    python -m tests.processors.s3

It prints its port.
"""

import sys
import threading

from moto.server import ThreadedMotoServer


def main() -> None:
    """Serve until the end."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    main()
