"""Facts about storyboards: what stands where, for how long, and that it moves and can be read."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from connectors.video import blocks, palette, stages, storyboards
from connectors.video.brief import Brief
from connectors.video.errors import NothingToShow
from connectors.video.lettering import Lettering, write
from connectors.video.palette import contrast
from connectors.video.plan import Colour, Pixels, Storyboard
from connectors.video.shots import Shot
from tests.video.goods import (
    SMALL,
    before_a_wall,
    cut_off,
    goods,
    ink,
    on_a_table,
    scenery,
    still,
    texts,
    told,
)

PICTURES: Mapping[str, Pixels] = {
    "white": before_a_wall(),
    "tall": before_a_wall(300, 450),
    "table": on_a_table(),
    "dark": before_a_wall(wall=(16, 18, 22)),
    "grey": before_a_wall(wall=(128, 128, 128)),
    "cut": cut_off("top"),
    "scene": scenery(400, 500),
    "wide": scenery(700, 300, 2),
    "light": (scenery(400, 400, 3) // 4 + 190).astype(np.uint8),
    "blank": np.zeros((400, 400, 3), np.uint8),
    "tiny": before_a_wall(64, 64),
}
KINDS = ["white", "dark", "grey", "cut", "scene", "wide", "light", "tall", "table"]
LONG = "The canoe paddle that your grandmother would have carved had she had the time and the ash for it"


def made(brief: Brief, form: str = "9x16") -> Storyboard:
    return storyboards.make(brief, PICTURES, SMALL[form])


def some(*kinds: str, **changed: str) -> Brief:
    return told([goods(place, kind, **changed) for place, kind in enumerate(kinds)])


def colour(value: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]") -> Colour:
    return int(value[0]), int(value[1]), int(value[2])


@pytest.fixture(params=sorted(SMALL))
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class TestPlaces:
    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("title", ["Mug", LONG, "高級レザーバッグ 限定版「東京」コレクション"])
    def test_all_text_stands_in_the_safe_box(self, form: str, kind: str, title: str) -> None:
        size = SMALL[form]
        for scene in made(some(kind, title=title), form).scenes:
            for layer in texts(scene, size):
                box = ink(layer)
                assert box.x >= size.safe.x - 3
                assert box.x + box.width <= size.safe.x + size.safe.width + 3
                assert box.y >= size.safe.y - 6
                assert box.y + box.height <= size.safe.y + size.safe.height + 6

    @pytest.mark.parametrize("kind", KINDS)
    def test_texts_do_not_lie_over_each_other(self, form: str, kind: str) -> None:
        size = SMALL[form]
        for scene in made(some(kind, title=LONG), form).scenes:
            boxes = sorted((ink(each) for each in texts(scene, size)), key=lambda box: box.y)
            for upper, lower in pairwise(boxes):
                assert upper.y + upper.height <= lower.y + 2

    def test_right_to_left_begins_at_the_other_side(self, form: str) -> None:
        size = SMALL[form]
        brief = [goods(0, "white"), goods(1, "scene")]
        ltr, rtl = made(told(brief), form), made(told(brief, direction="rtl"), form)
        for one, other in zip(ltr.scenes[:-1], rtl.scenes[:-1], strict=True):
            for here, there in zip(texts(one, size), texts(other, size), strict=True):
                from_left = ink(here).x - size.safe.x
                from_right = size.safe.x + size.safe.width - ink(there).x - ink(there).width
                assert abs(from_left - from_right) <= 8
                assert here.dx < 0 < there.dx

    def test_in_a_wide_frame_the_text_stands_beside_the_picture(self) -> None:
        size = SMALL["16x9"]
        for scene in made(some("scene", "grey"), "16x9").scenes[:-1]:
            edge = scene.clips[0].window.x
            assert 0 < edge < size.width / 2 + 30
            assert all(ink(each).x + ink(each).width < edge for each in texts(scene, size))

    def test_a_product_of_any_kind_is_shown_without_being_stretched(self, form: str) -> None:
        for scene in made(some(*KINDS[:5]), form).scenes:
            for clip in scene.clips:
                wanted = clip.window.width / clip.window.height
                for box in (clip.start, clip.end):
                    assert box.width / box.height == pytest.approx(wanted, rel=0.01)
                    assert box.x >= -1e-6
                    assert box.y >= -1e-6
                    assert box.x + box.width <= clip.picture.shape[1] + 1e-6
                    assert box.y + box.height <= clip.picture.shape[0] + 1e-6


class TestReadable:
    @pytest.mark.parametrize("kind", KINDS)
    def test_text_stands_out_of_what_is_behind_it(self, form: str, kind: str) -> None:
        size, checked = SMALL[form], 0
        for scene in made(some(kind), form).scenes:
            letters = texts(scene, size)
            behind = still(scene, size, without=letters)
            for layer in letters:
                rows, columns = np.nonzero(layer.image[..., 3] > 240)
                if len(rows) > 0.6 * ink(layer).width * ink(layer).height:
                    continue  # a label brings its own ground
                values, counts = np.unique(layer.image[rows, columns, :3], axis=0, return_counts=True)
                own = colour(values[counts.argmax()])
                ground = behind[layer.y + rows, layer.x + columns]
                low, high = np.percentile(ground, (10, 90), axis=0).astype(np.uint8)
                assert min(contrast(own, colour(low)), contrast(own, colour(high))) >= 4
                checked += 1
        assert checked >= 5

    @pytest.mark.parametrize("kind", ["white", "tall", "table", "dark", "cut"])
    def test_no_veil_lies_over_a_product(self, form: str, kind: str) -> None:
        size = SMALL[form]
        for scene in made(some(kind), form).scenes:
            assert len(texts(scene, size)) == len(scene.layers)

    def test_no_letters_are_smaller_than_can_be_read_on_a_telephone(
        self, form: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sizes: list[int] = []

        def written(*words: Any, **more: Any) -> Lettering:
            drawn = write(*words, **more)
            sizes.append(drawn.size)
            return drawn

        monkeypatch.setattr(blocks, "write", written)
        wordy = {
            "badge": "The last three of them are in the warehouse",
            "compare_at_price_text": "1.234.567.890,00 ₫",
            "title": LONG,
        }
        made(some("white", "table", "scene", "cut", **wordy), form)
        assert len(sizes) > 10
        assert min(sizes) >= round(34 * stages.unit(SMALL[form]))


class TestEnds:
    @pytest.mark.parametrize("kind", ["white", "table", "dark", "cut"])
    def test_a_video_begins_and_ends_on_the_brands_colour(self, form: str, kind: str) -> None:
        board = made(some(kind), form)
        accent = palette.of([PICTURES[kind]]).accent
        for scene in (board.scenes[0], board.scenes[-1]):
            seen = still(scene, SMALL[form])
            same = (np.abs(seen.astype(int) - accent).max(axis=2) <= 2).mean()
            assert same > 0.15

    def test_the_closing_shows_the_products_in_full_colour(self, form: str) -> None:
        kinds = ("white", "table", "dark", "scene")
        closing = made(some(*kinds), form).scenes[-1]
        size = SMALL[form]
        assert len(closing.clips) >= 3
        assert len(texts(closing, size)) == len(closing.layers)
        for clip in closing.clips:
            for box in (ink(each) for each in closing.layers):
                assert (
                    box.y + box.height <= clip.window.y
                    or box.x + box.width <= clip.window.x
                    or box.x >= clip.window.x + clip.window.width
                )


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_beside_a_product_on_a_table_the_text_stays_above_the_tables_edge(direction: str) -> None:
    size = SMALL["16x9"]
    scene = made(told([goods(0, "table", title=LONG)], direction=direction), "16x9").scenes[1]
    table = size.height * Shot(PICTURES["table"]).table
    assert all(ink(each).y + ink(each).height < table for each in scene.layers)
    assert scene.clips[0].window.width == size.width


class TestTimes:
    @pytest.mark.parametrize("count", [3, 4, 5, 12])
    def test_it_takes_12_to_18_seconds(self, form: str, count: int) -> None:
        brief = told([goods(each, "white", "tall", "scene") for each in range(count)])
        assert 11.5 <= made(brief, form).seconds <= 18

    def test_one_product_makes_a_shorter_one(self) -> None:
        assert 6 <= made(some("white")).seconds < 12

    def test_at_most_five_products_are_told(self) -> None:
        assert len(made(told([goods(each, "white") for each in range(12)])).scenes) == 7

    def test_every_scene_moves_and_outlasts_its_cross_fades(self, form: str) -> None:
        board = made(some(*KINDS), form)
        for scene in board.scenes:
            assert scene.seconds > 2 * board.cross_fade_s
            assert all(clip.start != clip.end for clip in scene.clips)
            assert scene.clips

    def test_neighbours_move_differently(self) -> None:
        clips = [scene.clips[0] for scene in made(some("white", "white", "white")).scenes]
        for one, other in pairwise(clips):
            assert (one.start, one.end) != (other.start, other.end)

    def test_the_poster_shows_the_first_product_with_its_text(self) -> None:
        board = made(some("white", "scene"))
        second = storyboards.poster_s(board)
        begins = board.scenes[0].seconds - board.cross_fade_s
        assert begins + board.cross_fade_s < second < begins + board.scenes[1].seconds - board.cross_fade_s
        settled = max(each.begins_s + each.fade_s for each in board.scenes[1].layers)
        assert second - begins > settled

    def test_a_second_picture_of_a_product_keeps_the_text_where_it_is(self) -> None:
        board = made(told([goods(0, "white", "tall")]))
        first, second = board.scenes[1:3]
        assert [(each.x, each.y) for each in first.layers] == [(each.x, each.y) for each in second.layers]
        assert all(each.begins_s + each.fade_s <= 0 for each in second.layers)


class TestPassedOver:
    def test_a_product_without_a_picture_that_loads(self) -> None:
        board = made(told([goods(0, "missing"), goods(1, "blank"), goods(2, "tiny"), goods(3, "white")]))
        assert len(board.scenes) == 3

    def test_a_product_whose_title_no_font_has(self) -> None:
        board = made(told([goods(0, "white", title="தமிழ் பை"), goods(1, "white")]))
        assert len(board.scenes) == 3

    def test_nothing_is_left_to_show(self) -> None:
        with pytest.raises(NothingToShow) as caught:
            made(told([goods(0, "missing", title="Secret paddle"), goods(1, "blank")]))
        assert "2 products" in str(caught.value)
        assert "Secret" not in str(caught.value)

    @pytest.mark.parametrize("name", ["தமிழ்", "", "🔥"])
    def test_a_brand_that_no_font_has_is_called_by_its_domain(self, name: str) -> None:
        named = made(told([goods(0, "white")], name=name))
        assert len(named.scenes) == 3
        assert texts(named.scenes[0], SMALL["9x16"])

    def test_an_address_stands_on_one_line_where_it_fits(self, form: str) -> None:
        for domain in ("cedar.example", "www.cedar-and-sons.example"):
            closing = made(told([goods(0, "white")], domain=domain), form).scenes[-1]
            address = texts(closing, SMALL[form])[-1].image
            assert address.shape[1] > 5 * address.shape[0]

    def test_what_the_brief_does_not_bring_is_not_made_up(self) -> None:
        bare = Brief(format=1, store="st_x", epoch=1, brand=told([]).brand, products=(
            goods(0, "white", compare_at_price=None, compare_at_price_text=None, badge=None),
        ))  # fmt: skip
        full = made(told([goods(0, "white")]))
        board = made(bare)
        for one, other in zip(board.scenes, full.scenes, strict=True):
            assert len(one.layers) < len(other.layers)


def test_the_same_brief_makes_the_same_storyboard(form: str) -> None:
    one, other = made(some("white", "scene", "cut"), form), made(some("white", "scene", "cut"), form)
    for here, there in zip(one.scenes, other.scenes, strict=True):
        assert (here.seconds, here.ground) == (there.seconds, there.ground)
        for layer, twin in zip(here.layers, there.layers, strict=True):
            assert (layer.x, layer.y, layer.begins_s) == (twin.x, twin.y, twin.begins_s)
            assert np.array_equal(layer.image, twin.image)
        for clip, twin_clip in zip(here.clips, there.clips, strict=True):
            assert (clip.start, clip.end) == (twin_clip.start, twin_clip.end)
            assert np.array_equal(clip.picture, twin_clip.picture)
