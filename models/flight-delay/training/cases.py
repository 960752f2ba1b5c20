"""Test data sets: out-of-time rows and the scikit-learn answers to them.

The expected outputs come from scikit-learn in float64 and are stored as float32.
They never come from ONNX, so that a wrong export cannot confirm itself.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
from sklearn.base import BaseEstimator

from artifacts import write_tensor
from columns import CARRIERS, NAMES
from flight_data import Flights
from recipes import SEED, Recipe


def _edges(flights: Flights) -> np.ndarray:
    """Thirty-two rows at the rim of the data: weather, delays, rare codes, missing values."""
    table = flights.features
    picks: list[int] = []
    for name in ("temp_change", "wind_speed", "precip", "recent_delay", "recent_carrier_delay", "hourly_departures"):
        picks += table[name].nlargest(3, keep="first").index.tolist()
    for name in ("visibility", "temp_change", "humidity"):
        picks += table[name].nsmallest(3, keep="first").index.tolist()
    picks += np.flatnonzero(table["dest"] == -1)[:3].tolist()
    picks += np.flatnonzero(table["recent_delay"].isna())[:4].tolist()
    picks += np.flatnonzero(table["recent_carrier_delay"].isna())[:5].tolist()
    picks += np.flatnonzero(table["humidity"].isna())[1:9].tolist()
    return np.array(list(dict.fromkeys(picks))[:32])


def choose(flights: Flights) -> list[np.ndarray]:
    """Row positions of each test data set, the same for every version."""
    table = flights.features
    rare = np.flatnonzero(table["carrier"] == CARRIERS.index("OO"))
    single = [
        0,
        int(table["precip"].idxmax()),
        int(rare[0]),
        int(np.flatnonzero(table["humidity"].isna())[0]),
        int(table["recent_delay"].idxmax()),
    ]
    generator = np.random.default_rng(SEED)
    order = generator.permutation(len(table))
    return [*(np.array([row]) for row in single), _edges(flights), np.sort(order[:32]), np.sort(order[32:288])]


def write_cases(folder: Path, model: BaseEstimator, recipe: Recipe, flights: Flights) -> int:
    """Write every test data set of one version; returns how many there are."""
    for old in folder.glob("test_data_set_*"):
        shutil.rmtree(old)
    sets = choose(flights)
    for number, rows in enumerate(sets):
        chosen = flights.rows(rows)
        exact = chosen.matrix(recipe.precision).astype(np.float64)
        place = folder / f"test_data_set_{number}"
        write_tensor(place / "input_0.pb", chosen.features[NAMES].to_numpy(np.float32), "features")
        write_tensor(place / "output_0.pb", model.predict(exact).astype(np.int64), "label")
        write_tensor(place / "output_1.pb", model.predict_proba(exact).astype(np.float32), "probabilities")
    return len(sets)
