"""Opens a picture's bytes, whatever they claim to be: 8-bit sRGB, upright, on white, of a bounded size."""

import io
import threading
from typing import Final

import numpy as np
from PIL import Image, ImageCms, ImageOps

from connectors.video.errors import Unusable
from connectors.video.plan import Pixels

LONGEST_SIDE: Final = 2160
MOST_PIXELS: Final = 60_000_000
#: A line or a dot is no picture of a product.
SHORTEST_SIDE: Final = 16
Image.init()  # Pillow would look for the later ones only when it may choose among all that it knows
#: MPO, as telephones save it, is opened as a JPEG.
_FORMATS: Final = tuple(each for each in ("JPEG", "MPO", "PNG", "WEBP", "GIF", "AVIF") if each in Image.OPEN)
_SRGB: Final = ImageCms.createProfile("sRGB")
# Each may hold all its pixels more than once, so few at a time.
_AT_ONCE: Final = threading.Semaphore(2)


def opened(content: bytes) -> Pixels:
    """Return a picture as height x width x 3 bytes, its longest side at most 2160.

    Raises Unusable for what is no picture of a known format, is cut, too small, or has more than 60 million
    pixels.
    """
    try:
        with _AT_ONCE, Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            _bounded(image)
            # A JPEG is decoded at half, quarter or eighth size where that is still enough.
            image.draft(None, (LONGEST_SIDE, LONGEST_SIDE))  # None keeps the mode
            return np.ascontiguousarray(np.asarray(_plain(image)))
    except Unusable:
        raise
    except Exception as error:  # Pillow's decoders raise whatever a spoilt file makes them
        raise Unusable(f"a picture does not open ({type(error).__name__})") from None


def _bounded(image: Image.Image) -> None:
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise Unusable(f"a picture has more than {MOST_PIXELS} pixels")
    if min(width, height) < SHORTEST_SIDE:
        raise Unusable(f"a picture is less than {SHORTEST_SIDE} pixels wide or high")


def _plain(image: Image.Image) -> Image.Image:
    """Return it in RGB: scaled down first, because everything after is by the pixel."""
    profile = image.info.get("icc_profile")
    upright = ImageOps.exif_transpose(_eight_bit(image))
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    if not _has_alpha(upright):
        return _srgb(upright, profile)
    clear = upright.convert("RGBA")
    ground = Image.new("RGB", clear.size, "white")
    ground.paste(_srgb(clear.convert("RGB"), profile), mask=clear.getchannel("A"))
    return ground


def _eight_bit(image: Image.Image) -> Image.Image:
    """Return it in a mode that can be scaled; Pillow would cut 16 bits off at 255."""
    if image.mode.startswith(("I", "F")):
        levels = np.asarray(image, dtype=np.float64)
        return Image.fromarray((levels / max(levels.max(), 65535.0) * 255).round().astype(np.uint8))
    if image.mode in ("P", "PA", "1"):
        clear = "transparency" in image.info or image.mode == "PA"
        return image.convert("RGBA" if clear else "RGB")
    return image


def _has_alpha(image: Image.Image) -> bool:
    return image.has_transparency_data


def _srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return it in sRGB by its own profile; by the plain rule where it has none or a broken one."""
    if profile and image.mode in ("RGB", "CMYK", "L"):
        try:
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            turned = ImageCms.profileToProfile(image, own, _SRGB, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            turned = None
        if turned is not None:
            return turned
    return image.convert("RGB")
