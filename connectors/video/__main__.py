"""Render without Django, as a pipeline of another make would: `python -m connectors.video`."""

import argparse
import sys

from connectors.video.options import add_options, run

if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m connectors.video", description="Make the videos of Minta's stores."
    )
    add_options(parser)
    sys.exit(run(parser.parse_args()))
