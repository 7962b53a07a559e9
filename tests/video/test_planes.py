"""Pictures in planes: BT.709, limited range."""

import av
import numpy as np
import pytest
from PIL import Image

from connectors.video.encode import rgb
from connectors.video.plan import Colour
from connectors.video.planes import blank, halved, of_colour, of_layer, of_picture
from tests.video.boards import busy, plain, sheet

# Brightness and colours from the matrix of BT.709, rounded by hand.
KNOWN = {
    (0, 0, 0): (16, 128, 128),
    (255, 255, 255): (235, 128, 128),
    (255, 0, 0): (63, 102, 240),
    (0, 255, 0): (173, 42, 26),
    (0, 0, 255): (32, 240, 118),
    (128, 128, 128): (126, 128, 128),
}


@pytest.mark.parametrize(("colour", "planes"), KNOWN.items())
def test_a_colour_has_the_levels_that_the_recommendation_gives(
    colour: Colour, planes: tuple[int, int, int]
) -> None:
    assert of_colour(colour) == planes


@pytest.mark.parametrize("colour", KNOWN)
def test_pictures_layers_and_grounds_have_the_same_levels(colour: Colour) -> None:
    pictured = tuple(int(plane[0, 0]) for plane in of_picture(Image.fromarray(plain(2, 2, colour))))
    _, layered = of_layer(sheet(2, 2, colour))
    assert pictured == of_colour(colour)
    assert np.abs(layered[0, 0] - np.array(of_colour(colour))).max() <= 0.5


def test_a_picture_comes_back_from_its_planes() -> None:
    """The grey picture has no colour to lose at half the size: each level comes back."""
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[np.newaxis, :, np.newaxis], 4, axis=0).repeat(3, axis=2)
    planes = blank(256, 4)
    planes.y[...] = of_picture(Image.fromarray(ramp))[0]
    assert np.abs(np.asarray(rgb(planes)).astype(int) - ramp).max() <= 1


def test_the_library_that_players_use_agrees_with_the_conversion() -> None:
    picture = busy(64, 64)
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
    theirs = frame.reformat(format="yuv444p", dst_colorspace="ITU709", dst_color_range="MPEG")
    for mine, plane in zip(of_picture(Image.fromarray(picture)), theirs.to_ndarray(), strict=True):
        assert np.abs(mine.astype(int) - plane).max() <= 1


def test_what_is_see_through_has_no_colour() -> None:
    alpha, values = of_layer(sheet(2, 2, (200, 10, 10), alpha=0))
    assert not alpha.any()
    assert not values.any()


def test_half_a_plane_keeps_a_level_and_stands_on_even_columns() -> None:
    level = np.full((4, 6), 77, np.float32)
    assert (halved(level) == 77).all()
    edge = np.zeros((2, 8), np.float32)
    edge[:, 4:] = 100
    # The third sample stands on column 4, the first that is lit; a quarter of it is of column 3.
    assert halved(edge).tolist() == [[0, 0, 75, 100]]
