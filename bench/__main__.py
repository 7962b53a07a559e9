"""Run the benchmarks that the command line names, or all."""

import sys

from bench import erasure, intake, pages, rotation, sealing, sync, video, webhooks

BENCHES = {
    "sealing": sealing.run,
    "rotation": rotation.run,
    "sync": sync.run,
    "pages": pages.run,
    "intake": intake.run,
    "webhooks": webhooks.run,
    "video": video.run,
    "erasure": erasure.run,
}


def main() -> int:
    """Run them and print their figures."""
    names = sys.argv[1:] or list(BENCHES)
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        sys.stderr.write(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(BENCHES)}\n")
        return 2
    for name in names:
        for line in BENCHES[name]():
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
