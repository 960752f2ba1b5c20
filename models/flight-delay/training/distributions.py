"""Reference distributions per feature, and the population stability index (PSI)."""

from __future__ import annotations

import numpy as np

from columns import COLUMNS, Column

BINS = 10
TOP_CATEGORIES = 50
BOOLEANS = ("false", "true")


def _numeric(name: str, values: np.ndarray) -> dict:
    """Quantile edges and counts; a value x falls in bin #{edges < x}."""
    present = values[~np.isnan(values)]
    edges = np.unique(np.quantile(present, np.arange(1, BINS) / BINS, method="linear"))
    counts = np.bincount(np.searchsorted(edges, present, side="left"), minlength=len(edges) + 1)
    return {"name": name, "kind": "numeric", "edges": edges.tolist(), "counts": counts.tolist(),
            "missing": int(np.isnan(values).sum()), "n": len(values)}


def _categorical(column: Column, values: np.ndarray) -> dict:
    """Counts of the most frequent categories; code -1 and rarer ones are `other`."""
    names = column.categories or BOOLEANS
    codes = values[~np.isnan(values)].astype(int)
    tally = [(int((codes == code).sum()), name) for code, name in enumerate(names)]
    ranked = sorted((entry for entry in tally if entry[0]), key=lambda entry: (-entry[0], entry[1]))[:TOP_CATEGORIES]
    return {"name": column.name, "kind": "categorical", "categories": [name for _, name in ranked],
            "counts": [count for count, _ in ranked], "other": len(codes) - sum(count for count, _ in ranked),
            "missing": int(np.isnan(values).sum()), "n": len(values)}


def summarise(features: np.ndarray) -> list[dict]:
    """One distribution per column, in model order."""
    return [
        _numeric(column.name, features[:, i]) if column.kind == "numeric" else _categorical(column, features[:, i])
        for i, column in enumerate(COLUMNS)
    ]


def _binned(column: Column, reference: dict, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Counts of reference and current over the same bins, missing (and other) included."""
    missing = int(np.isnan(values).sum())
    present = values[~np.isnan(values)]
    if reference["kind"] == "numeric":
        bins = np.searchsorted(reference["edges"], present, side="left")
        current = [*np.bincount(bins, minlength=len(reference["counts"])), missing]
        return np.array([*reference["counts"], reference["missing"]]), np.array(current)
    names = column.categories or BOOLEANS
    codes = present.astype(int)
    current = [int((codes == names.index(name)).sum()) for name in reference["categories"]]
    current += [len(codes) - sum(current), missing]
    return np.array([*reference["counts"], reference["other"], reference["missing"]]), np.array(current)


def psi(column: Column, reference: dict, values: np.ndarray) -> float:
    """PSI over all bins; half a count is added everywhere only if some count is 0.

    Bins that are empty on both sides carry no information and are left out.
    """
    before, after = (counts.astype(float) for counts in _binned(column, reference, values))
    used = (before + after) > 0
    before, after = before[used], after[used]
    if (before == 0).any() or (after == 0).any():
        before, after = before + 0.5, after + 0.5
    p, q = before / before.sum(), after / after.sum()
    return float(np.sum((q - p) * np.log(q / p)))


def psi_by_feature(reference: list[dict], features: np.ndarray) -> dict[str, float]:
    """PSI of every column of `features` against its reference distribution."""
    return {c.name: round(psi(c, reference[i], features[:, i]), 6) for i, c in enumerate(COLUMNS)}
