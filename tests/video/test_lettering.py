"""Facts about drawn text: whole, shaped, as large as it fits, and never anything but text."""

import numpy as np
import pytest

from connectors.video.lettering import Lettering, Style, Unwritable, runs_left, write
from connectors.video.plan import Pixels

BLACK = (0, 0, 0)
ONE_SIZE = Style(60, 60)
MANY = {
    "latin": "Ångström ÄÖÜ jpgqy",
    "vietnamese": "Ấn Độ 1.234.567,00 ₫",
    "arabic": "حقيبة جلدية فاخرة",
    "hebrew": "תיק עור יוקרתי",
    "thai": "กระเป๋าหนังแท้ที่ผู้หญิงรัก",
    "hindi": "हिन्दी क्षत्रिय र्कि",
    "japanese": "高級レザーバッグ「東京」",
    "mixed": "حقيبة Nike بسعر 249.00",
}


def drawn(text: str, style: Style = ONE_SIZE, width: int = 700, language: str = "en") -> Lettering:
    return write(text, style, width, BLACK, language=language)


def parts(image: Pixels) -> int:
    """Count what hangs together."""
    left = {(int(row), int(column)) for row, column in np.argwhere(image[..., 3] > 96)}
    count = 0
    while left:
        count += 1
        edge = [left.pop()]
        while edge:
            row, column = edge.pop()
            near = {(row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)} & left
            left -= near
            edge += near
    return count


class TestWhole:
    @pytest.mark.parametrize("script", MANY)
    def test_nothing_is_cut_at_the_borders(self, script: str) -> None:
        image = drawn(MANY[script], Style(60, 30, 2), 500).image
        assert image[..., 3].max() > 250
        edges = (image[0], image[-1], image[:, 0], image[:, -1])
        assert not any(edge[..., 3].any() for edge in edges)

    @pytest.mark.parametrize("script", MANY)
    @pytest.mark.parametrize("language", ["en", "ja", "ar", "xx", ""])
    def test_it_stays_in_its_width_whatever_the_stores_language(self, script: str, language: str) -> None:
        found = drawn(MANY[script], Style(90, 24, 2), 420, language)
        assert found.width <= 420
        # Letters may hang over their box a little, as a j does.
        assert found.image.shape[1] <= found.width + found.size // 3
        assert found.image.shape[1] >= found.width * 0.9
        assert not found.shortened

    def test_it_is_as_large_as_it_fits_and_not_larger_than_asked(self) -> None:
        assert drawn("Mug", Style(80, 20), 600).size == 80
        long = drawn("A mug for tea and for coffee", Style(80, 20), 600)
        assert 20 < long.size < 80
        assert long.width > 540

    def test_lines_are_of_like_width(self) -> None:
        found = drawn("The cup that is never quite empty is", Style(50, 50, 3), 700)
        assert found.width < 560

    def test_a_word_too_long_for_a_line_is_hyphenated_by_the_rules_of_its_language(self) -> None:
        word = "Donaudampfschifffahrtsgesellschaft"
        broken = drawn(word, Style(60, 20, 2), 400, "de")
        assert broken.size > drawn(word, Style(60, 20, 1), 400, "de").size * 1.2
        assert not broken.shortened

    def test_a_solid_text_is_hyphenated_only_where_it_would_not_fit(self) -> None:
        loose, solid = Style(120, 20, 3), Style(120, 20, 3, solid=True)
        name = "Hudderton Supply"
        assert drawn(name, loose, 360).size > drawn(name, solid, 360).size
        forced = Style(60, 60, 3, solid=True)
        assert not drawn("Donaudampfschifffahrtsgesellschaft", forced, 500, "de").shortened

    def test_what_does_not_fit_at_the_least_size_ends_in_an_ellipsis(self) -> None:
        found = drawn("A title stuffed with every word that anyone could search for", Style(60, 50, 2), 500)
        assert found.shortened
        assert found.size == 50
        assert found.width <= 500

    @pytest.mark.parametrize(
        "text", ["Unbreakablelettersinonelongword", "長い題名長い題名長い題名長い題名長い題名"]
    )
    def test_of_one_long_word_as_many_letters_are_shown_as_fit(self, text: str) -> None:
        found = drawn(text, Style(60, 60), 300)
        assert found.shortened
        assert 100 < found.image.shape[1] <= 310


class TestRefused:
    @pytest.mark.parametrize("text", ["", "🔥", "தமிழ்"])
    def test_a_text_without_letters_of_ours_says_so(self, text: str) -> None:
        with pytest.raises(Unwritable) as caught:
            drawn(text)
        assert text not in str(caught.value) or not text

    def test_a_box_too_narrow_for_a_letter_says_so(self) -> None:
        with pytest.raises(Unwritable, match="60 pixels"):
            drawn("WWWW", ONE_SIZE, 30)


class TestShaped:
    def test_arabic_letters_join(self) -> None:
        word = "محمد"
        apart = "\u200c".join(word)
        assert parts(drawn(word).image) < parts(drawn(apart).image)

    def test_hebrew_begins_at_the_right(self) -> None:
        first, both = drawn("ש").image, drawn("שי").image
        right = both[:, -first.shape[1] + 2 : -2, 3]
        left = both[:, 2 : first.shape[1] - 2, 3]
        solid = first[:, 2:-2, 3].astype(int)
        assert both.shape[0] == first.shape[0]
        assert np.abs(right - solid).mean() < np.abs(left - solid).mean() / 3

    @pytest.mark.parametrize(
        ("text", "left"),
        [("Nike", False), ("תיק", True), ("249 ر.س", True), ("12 %", False), ("«Nike» حقيبة", False)],
    )
    def test_the_first_letter_says_where_a_text_begins(self, text: str, left: bool) -> None:
        assert runs_left(text) is left

    def test_thai_breaks_between_words_in_a_japanese_store_too(self) -> None:
        found = drawn("กระเป๋าหนังแท้สำหรับผู้หญิงที่รักการเดินทาง", Style(60, 30, 3), 400, "ja")
        assert found.height > found.size


class TestHan:
    HAN = "直骨角化"

    def test_each_language_has_its_own_shapes_of_the_same_letters(self) -> None:
        shapes = [drawn(self.HAN, language=each).image for each in ("ja", "zh-CN", "zh-TW", "zh-HK")]
        for place, one in enumerate(shapes):
            for other in shapes[place + 1 :]:
                assert one.shape != other.shape or (one != other).any()

    @pytest.mark.parametrize(
        ("name", "same"), [("zh-Hans", "zh-CN"), ("zh-Hant", "zh-TW"), ("zh_TW", "zh-TW")]
    )
    def test_a_script_or_a_region_says_which(self, name: str, same: str) -> None:
        assert np.array_equal(drawn(self.HAN, language=name).image, drawn(self.HAN, language=same).image)

    def test_a_japanese_title_stays_japanese_in_a_chinese_store(self) -> None:
        title = "直火のやかん"
        one, other = drawn(title, language="zh-CN").image, drawn(title, language="ja").image
        assert np.array_equal(one, other)


class TestOnlyText:
    @pytest.mark.parametrize(
        "text", ['#panic("x")', "*bold* _it_", "$x^2$", "\\ # [ ] { }", '"quoted"', "@ref <a>"]
    )
    def test_markup_comes_out_as_it_is(self, text: str) -> None:
        marks = drawn(text, Style(40, 40), 900)
        assert parts(marks.image) >= len(text.replace(" ", "").replace('"', "")) * 0.7

    def test_stars_are_drawn(self) -> None:
        assert drawn("*bold*").width > drawn("bold").width


class TestStruck:
    def test_a_line_runs_over_the_whole_price_between_its_top_and_its_foot(self) -> None:
        struck = drawn("$20.00", Style(60, 60, weight=400, struck=True)).image[..., 3]
        lines = np.flatnonzero((struck[:, 4:-4] > 200).all(axis=1))
        assert len(lines) >= 3
        assert struck.shape[0] * 0.35 < lines.mean() < struck.shape[0] * 0.7

    def test_other_text_has_no_such_line(self) -> None:
        plain = drawn("$20.00", Style(60, 60, weight=400)).image[..., 3]
        assert not (plain[:, 4:-4] > 200).all(axis=1).any()


def test_the_same_text_is_the_same_picture() -> None:
    # Another width is another drawing, for the cache; this text fits both.
    assert (drawn("Canoe paddle", width=600).image == drawn("Canoe paddle", width=601).image).all()


def test_the_colour_is_the_one_asked_for() -> None:
    image = write("Mug", ONE_SIZE, 400, (12, 200, 99)).image
    solid = image[image[..., 3] > 250][:, :3].astype(int)
    assert len(solid) > 100
    assert np.abs(solid - (12, 200, 99)).max() <= 2
