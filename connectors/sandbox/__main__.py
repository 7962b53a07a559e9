"""Start the sandbox without Django: `python -m connectors.sandbox`."""

import argparse

from connectors.sandbox.options import add_options, run

if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m connectors.sandbox", description="Pretend to be the platforms."
    )
    add_options(parser)
    run(parser.parse_args())
