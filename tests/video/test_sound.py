"""The sound: long enough, never too loud, the same twice."""

from itertools import pairwise

import numpy as np
import pytest

from connectors.video.sound import SAMPLES_A_SECOND, Samples, Sound, bed, silence


def heard(sound: Sound, seconds: float) -> Samples:
    """Return all of a sound."""
    return np.concatenate(list(sound(seconds)), axis=1)


def level(samples: Samples) -> float:
    """Return how loud samples are, in dB below full scale."""
    return float(10 * np.log10(np.mean(samples.astype(float) ** 2) + 1e-12))


@pytest.mark.parametrize("sound", [bed, silence])
@pytest.mark.parametrize("seconds", [0.1, 1.0, 10.8, 7.3333])
def test_it_is_as_long_as_was_asked_and_has_two_sides(sound: Sound, seconds: float) -> None:
    assert heard(sound, seconds).shape == (2, round(seconds * SAMPLES_A_SECOND))


def test_the_bed_is_quiet_and_never_near_the_top() -> None:
    samples = heard(bed, 12)
    assert -25 < level(samples) < -19
    assert np.abs(samples).max() < 0.5


def test_the_bed_never_stops_on_its_way() -> None:
    seconds = np.split(heard(bed, 24)[:, : 22 * SAMPLES_A_SECOND], 22, axis=1)
    assert all(-32 < level(each) < -18 for each in seconds)


def test_the_bed_comes_from_nothing_and_goes_to_nothing() -> None:
    samples = np.abs(heard(bed, 5))
    assert samples[:, :100].max() < 0.001
    assert samples[:, -100:].max() < 0.001


def test_nothing_clicks_where_one_block_follows_another() -> None:
    blocks = list(bed(8))
    within = max(float(np.abs(np.diff(block, axis=1)).max()) for block in blocks)
    between = max(float(np.abs(b[:, 0] - a[:, -1]).max()) for a, b in pairwise(blocks))
    assert between <= within


def test_both_sides_differ_and_agree_enough_for_one_loudspeaker() -> None:
    left, right = heard(bed, 8).astype(float)
    assert 0.2 < np.corrcoef(left, right)[0, 1] < 0.98


def test_the_bed_is_the_same_twice() -> None:
    assert (heard(bed, 3.3) == heard(bed, 3.3)).all()


def test_in_silence_nothing_is_heard() -> None:
    assert not heard(silence, 2).any()
