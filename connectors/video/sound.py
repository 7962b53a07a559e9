"""Sound for a video: a quiet bed of our own, made of sines, so that nobody's rights are in it.

Four chords, a bass, a soft pulse: each sample is a function of its time alone, so a minute needs no more
memory than a second, and the same length sounds the same twice.
"""

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Samples: TypeAlias = NDArray[np.float32]
Times: TypeAlias = NDArray[np.float64]
#: Given a length in seconds, yields blocks of 2 x n samples, left and right, within -1 and 1.
Sound: TypeAlias = Callable[[float], Iterator[Samples]]

SAMPLES_A_SECOND: Final = 48_000

_BLOCK: Final = SAMPLES_A_SECOND // 2
_BEAT_S: Final = 60 / 92
_BAR_S: Final = 4 * _BEAT_S
_FADE_IN_S: Final = 0.6
_FADE_OUT_S: Final = 1.2

# C, A minor, F, G with their sevenths and ninths, as notes of MIDI (69 is 440 Hz); the bass comes first.
_CHORDS: Final = (
    (36, 60, 64, 67, 71, 74),
    (33, 60, 64, 67, 69, 72),
    (41, 60, 65, 69, 72, 76),
    (43, 59, 62, 67, 69, 74),
)
# Which note of the chord is plucked on each half beat of a bar.
_PLUCKED: Final = (1, 3, 4, 5, 2, 4, 3, 5)


def silence(seconds: float) -> Iterator[Samples]:
    """Yield nothing to hear."""
    for begin, count in _blocks(seconds):
        del begin
        yield np.zeros((2, count), np.float32)


def bed(seconds: float) -> Iterator[Samples]:
    """Yield the bed: about -20 LUFS, never above -6 dB, faded in and out."""
    for begin, count in _blocks(seconds):
        time = (begin + np.arange(count)) / SAMPLES_A_SECOND
        loud = np.clip(np.minimum(time / _FADE_IN_S, (seconds - time) / _FADE_OUT_S), 0, 1)
        sound = (_pads(time) + _plucks(time) + _pulse(time)) * (loud * loud * (3 - 2 * loud))
        # A limiter as soft as tape: straight while quiet, and never over a half.
        yield np.asarray(np.tanh(sound * 2.5) / 2, np.float32)


def _blocks(seconds: float) -> Iterator[tuple[int, int]]:
    whole = round(seconds * SAMPLES_A_SECOND)
    for begin in range(0, whole, _BLOCK):
        yield begin, min(_BLOCK, whole - begin)


def _pads(time: Times) -> Samples:
    """Return the chords: each swells, stays for a bar, and is tuned a hair apart on both sides."""
    sound = np.zeros((2, len(time)), np.float32)
    for bar, since in _struck(time, _BAR_S, 0.5):
        loud = np.clip(np.minimum(since / 0.5, (_BAR_S + 0.5 - since) / 0.5), 0, 1).astype(np.float32)
        bass, *notes = _CHORDS[bar % len(_CHORDS)]
        for side, tuned in enumerate((0.9985, 1.0015)):
            voices = sum(_sine(time, _hertz(note) * tuned) for note in notes)
            sound[side] += (0.028 * voices + 0.05 * _sine(time, _hertz(bass + 12))) * loud
    return sound


def _plucks(time: Times) -> Samples:
    """Return single notes of the chord, on every half beat, from the left and the right in turn."""
    sound = np.zeros((2, len(time)), np.float32)
    for beat, since in _struck(time, _BEAT_S / 2, 1.0):
        chord = _CHORDS[beat // len(_PLUCKED) % len(_CHORDS)]
        hertz = _hertz(chord[_PLUCKED[beat % len(_PLUCKED)]] + 12)
        tone = _sine(since, hertz) + 0.25 * _sine(since, 2 * hertz) * np.exp(-9 * since)
        note = 0.05 * tone * np.exp(-4.5 * since) * np.clip(since / 0.006, 0, 1)
        sound[beat % 2] += note
        sound[1 - beat % 2] += 0.45 * note
    return sound


def _pulse(time: Times) -> Samples:
    """Return a soft thump on every beat, whose tone falls from 90 Hz to 48 Hz."""
    sound = np.zeros(len(time), np.float32)
    for beat, since in _struck(time, _BEAT_S, 0.5):
        turns = 48 * since + 42 / 30 * (1 - np.exp(-30 * since))
        strong = 0.24 if beat % 2 == 0 else 0.15
        sound += strong * np.sin(2 * np.pi * turns) * np.exp(-11 * since) * np.clip(since / 0.004, 0, 1)
    return np.broadcast_to(sound, (2, len(time)))


def _struck(time: Times, every_s: float, rings_s: float) -> Iterator[tuple[int, Times]]:
    """Yield which strokes are heard in a block, and for each sample the time since (0 before it)."""
    first = max(int((time[0] - rings_s) // every_s), 0)
    for stroke in range(first, int(time[-1] // every_s) + 1):
        yield stroke, np.maximum(time - stroke * every_s, 0)


def _sine(time: Times, hertz: float) -> Samples:
    # Whole turns are taken off in double precision: single precision would lose the tone within a minute.
    turns = time * hertz
    return np.sin(((turns - np.floor(turns)) * (2 * np.pi)).astype(np.float32))


def _hertz(note: int) -> float:
    return float(440.0 * 2 ** ((note - 69) / 12))
