"""What can go wrong in the renderer. Messages carry names, places and counts, never a value or a key.

VideoError
├── FeedError            the feed did not give what was asked for; `status` is 0 where no answer came
│   └── Gone             the store, the epoch or the video is there no more (404, 409)
├── NothingToShow        the store has nothing that a video could be made of
├── Unusable             what was given cannot be used: a setting, a brief, a picture, a storyboard
└── NotWritten           a file could not be made: the disk or the encoder refused
"""


class VideoError(Exception):
    """Something went wrong in the renderer."""


class FeedError(VideoError):
    """The feed refused, or did not answer whole; `name` is what it calls the refusal."""

    def __init__(self, message: str, status: int = 0, name: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.name = name


class Gone(FeedError):
    """The store, the epoch or the video is there no more."""


class NothingToShow(VideoError):
    """The store has nothing that a video could be made of."""


class Unusable(VideoError):
    """What was given cannot be used."""


class NotWritten(VideoError):
    """A file could not be made: the disk or the encoder refused."""
