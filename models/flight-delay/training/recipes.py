"""The three versions: estimator, training window and feature precision of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Callable

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from columns import NAMES, indices

SEED = 20130401
WEEKDAY = NAMES.index("day_of_week")
LOGISTIC = {"C": 0.05, "max_iter": 400, "solver": "lbfgs", "tol": 1e-8}
BOOSTING = {
    "early_stopping": False,
    "l2_regularization": 5.0,
    "learning_rate": 0.06,
    "max_bins": 255,
    "max_iter": 150,
    "max_leaf_nodes": 20,
    "min_samples_leaf": 400,
}


def logistic(columns: list[int]) -> BaseEstimator:
    """Median imputation and scaling, one-hot categories, logistic regression.

    The day of the week is left out: three months hold thirteen of each, and the
    folds showed that the model learns the storms of those days by heart.
    """
    categorical = set(indices("categorical"))
    place = {source: position for position, source in enumerate(columns) if source != WEEKDAY}
    numbers = [position for source, position in place.items() if source not in categorical]
    codes = [position for source, position in place.items() if source in categorical]
    prepare = ColumnTransformer([
        ("numbers", Pipeline([("impute", SimpleImputer(strategy="median")), ("scale", StandardScaler())]), numbers),
        ("codes", OneHotEncoder(handle_unknown="ignore", sparse_output=False), codes),
    ])
    return Pipeline([("prepare", prepare), ("classify", LogisticRegression(random_state=SEED, **LOGISTIC))])


def boosting(columns: list[int]) -> BaseEstimator:
    """Gradient boosting on the columns as they are; NaN takes the learned side."""
    return HistGradientBoostingClassifier(random_state=SEED, **BOOSTING)


def scaled_boosting(columns: list[int]) -> BaseEstimator:
    """The same boosting behind a standard scaler that computes in float64."""
    return Pipeline([("scale", StandardScaler()), ("classify", boosting(columns))])


@dataclass(frozen=True)
class Recipe:
    """How one version is trained and exported."""

    version: str
    build: Callable[[list[int]], BaseEstimator]
    window: tuple[str, str]
    validation: tuple[str, str]
    hyperparameters: dict = field(hash=False)
    float32_features: bool = True
    snap_thresholds: bool = False
    honest_parity: bool = True

    @property
    def precision(self) -> type:
        """Precision of the features that the estimator is trained on."""
        return np.float32 if self.float32_features else np.float64


#: Out of time for every version: the only window on which versions are compared.
COMMON_WINDOW = ("2013-06-01T00:00:00Z", "2013-09-01T00:00:00Z")
WINTER = ("2013-01-01T00:00:00Z", "2013-04-01T00:00:00Z")
SPRING = ("2013-01-01T00:00:00Z", "2013-06-01T00:00:00Z")

RECIPES = [
    Recipe("1.0.0", logistic, WINTER, ("2013-04-01T00:00:00Z", "2013-05-01T00:00:00Z"), LOGISTIC),
    Recipe("1.1.0", boosting, SPRING, ("2013-06-01T00:00:00Z", "2013-07-01T00:00:00Z"), BOOSTING, snap_thresholds=True),
    Recipe("1.2.0", scaled_boosting, SPRING, ("2013-06-01T00:00:00Z", "2013-07-01T00:00:00Z"), BOOSTING,
           float32_features=False, honest_parity=False),
]
