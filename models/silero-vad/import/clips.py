"""Speech-like audio with known labels, spoken by espeak-ng and mixed with seeded noise.

Every clip lasts 8 s at 16 kHz: 250 frames of 512 samples. A frame is *speech* if
the clean speech in it, closed over short pauses, is active for at least half of it.
"""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.io import wavfile
from scipy.signal import lfilter, resample_poly

SEED = 20240601
RATE = 16000
FRAME = 512
CONTEXT = 64
SECONDS = 8
#: No recording is digitally silent: without a floor the logarithms in the model see exact zeros.
FLOOR_DB = -60.0
ACTIVE_DB = -40.0
PAUSE_SAMPLES = RATE * 3 // 10


@dataclass(frozen=True)
class Clip:
    """What one clip is made of: voice, text, start of the speech, and the noise under it."""

    name: str
    voice: str
    words_per_minute: int
    text: str
    start_s: float
    gain_db: float
    noise: str
    noise_db: float


CLIPS = [
    Clip("english-clean", "en-us", 150, "The gate reads the model, measures it again, and says what it saw.", 0.3, -6, "white", FLOOR_DB),
    Clip("english-female-hiss", "en-us+f3", 160, "Seven flights left late this morning because of the fog over the bay.", 0.8, -6, "white", -50),
    Clip("british-traffic", "en-gb", 170, "Please mind the gap between the train and the platform edge.", 0.3, -9, "brown", -32),
    Clip("german-clean", "de", 150, "Heute Abend regnet es im Norden, und morgen scheint wieder die Sonne.", 0.5, -6, "white", FLOOR_DB),
    Clip("french-hum", "fr", 150, "Le petit train traverse la montagne avant le lever du soleil.", 0.4, -8, "hum", -35),
    Clip("spanish-quiet", "es", 160, "La puerta se abre solamente cuando todas las pruebas son correctas.", 1.5, -26, "white", -55),
    Clip("italian-loud-noise", "it", 150, "Domani mattina andiamo al mercato a comprare il pane e la frutta.", 0.3, -8, "white", -24),
    Clip("numbers-pauses", "en-us", 130, "One. Two. Three. Four. Five. Six.", 2.0, -6, "brown", -45),
    Clip("slow-male-bursts", "en-us+m3", 110, "A quiet voice after a long silence.", 0.6, -12, "bursts", -20),
    Clip("short-word", "en-gb+f2", 150, "Stop.", 0.5, -6, "brown", -38),
]


def _spoken(clip: Clip) -> np.ndarray:
    """Clean speech of a clip at 16 kHz, peak at full scale."""
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "speech.wav"
        subprocess.run(["espeak-ng", "-v", clip.voice, "-s", str(clip.words_per_minute), "-w", str(wav), clip.text], check=True)
        rate, samples = wavfile.read(wav)
    if rate != 22050:
        raise SystemExit(f"espeak-ng spoke at {rate} Hz, expected 22050 Hz")
    speech = resample_poly(samples.astype(np.float64), 320, 441)
    return speech / np.abs(speech).max()


def _noise(clip: Clip, length: int, generator: np.random.Generator) -> np.ndarray:
    """Noise of a kind, with the root mean square that the clip names."""
    time = np.arange(length) / RATE
    white = generator.standard_normal(length)
    shapes = {
        "white": white,
        "brown": lfilter([1.0], [1.0, -0.98], white),
        "hum": sum(np.sin(2 * np.pi * 50 * k * time) / k for k in (1, 2, 3, 5)) + 0.05 * white,
        "bursts": white * (np.sin(2 * np.pi * 0.7 * time) > 0.9),
    }
    shape = shapes[clip.noise]
    floor = 10 ** (FLOOR_DB / 20) * generator.standard_normal(length)
    return floor + shape / np.sqrt(np.mean(shape**2)) * 10 ** (clip.noise_db / 20)


def _active(speech: np.ndarray) -> np.ndarray:
    """Where the clean speech is above the floor, pauses shorter than 0.3 s closed."""
    level = np.sqrt(np.convolve(speech**2, np.ones(160) / 160, mode="same"))
    loud = np.flatnonzero(level > 10 ** (ACTIVE_DB / 20))
    active = np.zeros(len(speech), dtype=bool)
    for first, last in zip(loud, loud[1:]):
        if last - first <= PAUSE_SAMPLES:
            active[first : last + 1] = True
    return active


def render(clip: Clip, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Float32 samples [250 * 512] and labels [250] of a clip."""
    length = RATE * SECONDS
    start = int(clip.start_s * RATE)
    speech = _spoken(clip)[: length - start]
    clean, active = np.zeros(length), np.zeros(length, dtype=bool)
    clean[start : start + len(speech)] = speech
    active[start : start + len(speech)] = _active(speech)
    generator = np.random.default_rng([SEED, number])
    mixed = clean * 10 ** (clip.gain_db / 20) + _noise(clip, length, generator)
    labels = active.reshape(-1, FRAME).mean(axis=1) >= 0.5
    return np.clip(mixed, -1, 1).astype(np.float32), labels.astype(np.int64)


def windows(samples: np.ndarray) -> np.ndarray:
    """Model inputs [250, 576]: each frame behind the last 64 samples of the one before."""
    frames = samples.reshape(-1, FRAME)
    context = np.vstack([np.zeros((1, CONTEXT), np.float32), frames[:-1, -CONTEXT:]])
    return np.hstack([context, frames])
