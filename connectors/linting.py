"""What cannot look good on a screen, and where it has to fit. Pure: a brief comes in, findings come out."""

from typing import Any, Final

Shape = dict[str, Any]

#: The formats that videos are made in, and where in each text may stand: no app lays its own buttons there.
FORMATS: Final[tuple[Shape, ...]] = tuple(
    {"format": name, "width": width, "height": height, "safe": {"x": x, "y": y, "width": wide, "height": high}}
    for name, width, height, (x, y, wide, high) in (
        ("9x16", 1080, 1920, (120, 288, 768, 960)),
        ("4x5", 1080, 1350, (81, 101, 918, 1148)),
        ("1x1", 1080, 1080, (81, 81, 918, 918)),
        ("16x9", 1920, 1080, (144, 81, 1632, 918)),
    )
)
