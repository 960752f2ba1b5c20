"""The feature schema: columns in model order, their groups, and the sidecar.

Every value is known at the latest one hour before the scheduled departure. A
categorical column holds the index of its category in `categories`; a value that
is not listed is coded -1. A missing numeric value is NaN.
"""

from __future__ import annotations

from dataclasses import dataclass

FEATURE_SCHEMA_ID = "flight-delay-departure"
FEATURE_SCHEMA_VERSION = "1.0.0"

DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
ORIGINS = ["EWR", "JFK", "LGA"]
CARRIERS = ["9E", "AA", "AS", "B6", "DL", "EV", "F9", "FL", "HA", "MQ", "OO", "UA", "US", "VX", "WN", "YV"]
#: The 40 most flown destinations of January to March 2013, in alphabetical order.
DESTINATIONS = [
    "ATL", "AUS", "BNA", "BOS", "BTV", "BUF", "BWI", "CLE", "CLT", "CMH", "CVG", "DCA", "DEN", "DFW", "DTW",
    "FLL", "IAD", "IAH", "JAX", "LAS", "LAX", "MCO", "MDW", "MIA", "MKE", "MSP", "MSY", "ORD", "PBI", "PHX",
    "PIT", "PWM", "RDU", "RSW", "SEA", "SFO", "SJU", "SLC", "STL", "TPA",
]


@dataclass(frozen=True)
class Column:
    """One model input column."""

    name: str
    group: str
    kind: str
    description: str
    unit: str | None = None
    categories: tuple[str, ...] = ()


COLUMNS = [
    Column("sched_dep_minute", "calendar", "numeric", "Scheduled departure, minutes after local midnight.", "min"),
    Column("sched_arr_minute", "calendar", "numeric", "Scheduled arrival, minutes after local midnight.", "min"),
    Column("day_of_week", "calendar", "categorical", "Local day of the week of the departure.", None, tuple(DAYS)),
    Column("origin", "route", "categorical", "Airport of departure.", None, tuple(ORIGINS)),
    Column("dest", "route", "categorical", "Airport of arrival; -1 if not listed.", None, tuple(DESTINATIONS)),
    Column("distance", "route", "numeric", "Great-circle distance of the route.", "mi"),
    Column("hourly_departures", "route", "numeric", "Departures scheduled at the origin in the same hour.", "1/h"),
    Column("carrier", "carrier", "categorical", "Operating carrier, IATA code; -1 if not listed.", None, tuple(CARRIERS)),
    Column("temp_change", "weather", "numeric", "Air temperature at the origin, previous hour less a day before.", "degF"),
    Column("humidity", "weather", "numeric", "Relative humidity at the origin, previous hour.", "%"),
    Column("wind_speed", "weather", "numeric", "Wind speed at the origin, previous hour, at most 75.", "mph"),
    Column("gusty", "weather", "boolean", "1 if a gust was reported at the origin in the previous hour, else 0."),
    Column("precip", "weather", "numeric", "Precipitation at the origin, previous hour.", "in"),
    Column("visibility", "weather", "numeric", "Visibility at the origin, previous hour.", "mi"),
    Column("recent_delay", "operations", "numeric",
           "Mean departure delay of flights that left the origin 3 h to 1 h before, in [-30, 240].", "min"),
    Column("recent_carrier_delay", "operations", "numeric",
           "The same, for flights of the same carrier only.", "min"),
]

NAMES = [column.name for column in COLUMNS]
GROUPS = list(dict.fromkeys(column.group for column in COLUMNS))


def indices(*kinds: str) -> list[int]:
    """Positions of the columns of the given kinds."""
    return [i for i, column in enumerate(COLUMNS) if column.kind in kinds]


def without(group: str) -> list[int]:
    """Positions of the columns that are not in a group."""
    return [i for i, column in enumerate(COLUMNS) if column.group != group]


def _described(column: Column) -> dict:
    entry = {"name": column.name, "dtype": "float32", "kind": column.kind, "description": column.description}
    if column.unit:
        entry["unit"] = column.unit
    if column.categories:
        entry["categories"] = list(column.categories)
    return entry


def sidecar() -> dict:
    """The sidecar without its CRC."""
    return {
        "schema_version": "modelgate/sidecar/v1",
        "feature_schema_id": FEATURE_SCHEMA_ID,
        "feature_schema_version": FEATURE_SCHEMA_VERSION,
        "columns": [_described(column) for column in COLUMNS],
        "inputs": [{"name": "features", "dtype": "float32", "shape": ["N", len(NAMES)], "columns": NAMES}],
        "outputs": [
            {"name": "label", "dtype": "int64", "shape": ["N"]},
            {"name": "probabilities", "dtype": "float32", "shape": ["N", 2]},
        ],
    }
