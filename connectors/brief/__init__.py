"""The brief: what a renderer needs to make a video of one store, as one neutral JSON. docs/feed.md shows one.

making    what goes into it, and in which order
shapes    its parts as they are written

Every leaf that goes into it, or decides what does, serves the purpose of videos.
"""

from connectors.brief.making import Brief, make

__all__ = ["Brief", "make"]
