"""What a picture's bytes become."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, features

from connectors.video.errors import Unusable
from connectors.video.opening import LONGEST_SIDE, opened

RED = (200, 30, 40)


def saved(image: Image.Image, kind: str, **more: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


def about(pixels: object, colour: tuple[int, ...], within: int = 6) -> bool:
    return bool(np.all(np.abs(np.asarray(pixels, dtype=int) - colour) <= within))


@pytest.mark.parametrize(
    "kind", ["JPEG", "PNG", "WEBP", "GIF", *(["AVIF"] if features.check("avif") else [])]
)
def test_every_format_of_the_web_comes_out_in_rgb(kind: str) -> None:
    pixels = opened(saved(Image.new("RGB", (64, 48), RED), kind))
    assert pixels.shape == (48, 64, 3)
    assert pixels.dtype == np.uint8
    assert pixels.flags.c_contiguous
    assert about(pixels, RED)


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "PPM"])
def test_other_formats_are_refused(kind: str) -> None:
    with pytest.raises(Unusable):
        opened(saved(Image.new("RGB", (64, 48), RED), kind))


@pytest.mark.parametrize("size", [(4000, 3000), (900, 5000)])
def test_a_large_picture_is_scaled_and_not_stretched(size: tuple[int, int]) -> None:
    height, width, _ = opened(saved(Image.new("RGB", size, RED), "PNG")).shape
    assert max(width, height) == LONGEST_SIDE
    assert width / height == pytest.approx(size[0] / size[1], rel=0.01)


def test_a_large_jpeg_is_no_smaller_than_it_must_be() -> None:
    assert max(opened(saved(Image.new("RGB", (5000, 4000), RED), "JPEG")).shape) == LONGEST_SIDE


def test_a_small_picture_is_not_blown_up() -> None:
    assert opened(saved(Image.new("RGB", (40, 30), RED), "PNG")).shape == (30, 40, 3)


def test_a_camera_on_its_side_is_turned_upright() -> None:
    image = Image.new("RGB", (60, 40), "white")
    image.paste(RED, (0, 0, 60, 10))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it clockwise to see it right
    pixels = opened(saved(image, "JPEG", exif=exif, quality=95))
    assert pixels.shape == (60, 40, 3)
    assert about(pixels[:, -3], RED, 25)
    assert about(pixels[:, 3], (255, 255, 255), 25)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_is_clear_is_white(kind: str) -> None:
    image = Image.new("RGBA", (60, 40), (*RED, 0))
    image.paste((*RED, 255), (0, 0, 30, 40))
    pixels = opened(saved(image, kind, **({"lossless": True} if kind == "WEBP" else {})))
    assert about(pixels[:, :28], RED)
    assert about(pixels[:, 32:], (255, 255, 255))


def test_a_clear_colour_of_a_palette_is_white() -> None:
    image = Image.new("P", (60, 40), 0)
    image.putpalette([0, 0, 0, *RED])
    image.paste(1, (0, 0, 30, 40))
    pixels = opened(saved(image, "GIF", transparency=0))
    assert about(pixels[:, :28], RED)
    assert about(pixels[:, 32:], (255, 255, 255))


def test_sixteen_bits_are_not_cut_off() -> None:
    levels = np.linspace(0, 65535, 64 * 64).astype(np.uint16).reshape(64, 64)
    pixels = opened(saved(Image.fromarray(levels), "PNG"))
    assert pixels[0, 0].max() < 8
    assert abs(int(pixels[32, 0, 0]) - 128) < 4
    assert pixels[-1, -1].min() > 247


def test_a_printers_picture_comes_out_in_its_colours() -> None:
    pixels = opened(saved(Image.new("CMYK", (64, 64), (0, 255, 255, 0)), "JPEG"))
    assert pixels[..., 0].min() > 200
    assert pixels[..., 1:].max() < 60


def test_a_profile_is_followed() -> None:
    """What a profile of swapped primaries calls red is seen as another colour."""
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    plain = opened(saved(Image.new("RGB", (64, 64), RED), "PNG"))
    same = opened(saved(Image.new("RGB", (64, 64), RED), "PNG", icc_profile=lab.tobytes()))
    assert about(same, tuple(int(each) for each in plain[0, 0]), 2)
    wide = _with_gamma(lab.tobytes())
    assert not about(opened(saved(Image.new("RGB", (64, 64), RED), "PNG", icc_profile=wide)), RED, 8)


def test_a_broken_profile_is_passed_over() -> None:
    assert about(opened(saved(Image.new("RGB", (64, 64), RED), "PNG", icc_profile=b"nothing" * 40)), RED)


@pytest.mark.parametrize(
    "content", [b"", b"no picture", b"\xff\xd8\xff" + b"x" * 900, b"GIF89a", b"RIFF\0\0\0\0WEBP"]
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(Unusable):
        opened(content)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_that_was_cut_is_refused(kind: str) -> None:
    chance = np.random.default_rng(1).integers(0, 255, (200, 200, 3), dtype=np.uint8)
    whole = saved(Image.fromarray(chance), kind)
    with pytest.raises(Unusable):
        opened(whole[: len(whole) // 2])


def test_a_bomb_is_refused_before_it_is_decoded() -> None:
    """A few kilobytes that say they are 100,000 by 100,000 pixels."""
    head = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(bytes(1_000_000)))
    with pytest.raises(Unusable) as refused:
        opened(bomb + _chunk(b"IEND", b""))
    assert "100" not in str(refused.value).replace("60000000", "")


def test_a_line_is_refused() -> None:
    with pytest.raises(Unusable):
        opened(saved(Image.new("RGB", (400, 3), RED), "PNG"))


def test_a_file_of_the_disk_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(Unusable):
        opened(str(tmp_path).encode())


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _with_gamma(profile: bytes) -> bytes:
    """The profile with a straight curve where sRGB has its own: what it calls dark is brighter."""
    count = struct.unpack(">I", profile[128:132])[0]
    spoilt = bytearray(profile)
    for place in range(132, 132 + 12 * count, 12):
        name, start, size = struct.unpack(">4sII", profile[place : place + 12])
        if name in (b"rTRC", b"gTRC", b"bTRC"):
            spoilt[start : start + size] = (b"curv" + bytes(8)).ljust(size, b"\0")
    return bytes(spoilt)
