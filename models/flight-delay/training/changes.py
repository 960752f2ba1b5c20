"""CHANGES.md of each version; every figure is filled in from the run."""

TEXTS = {
    "1.0.0": """# flight-delay 1.0.0

First version. Predicts, one hour before the scheduled departure from EWR, JFK or LGA, whether a flight will
arrive more than 15 minutes late.

- Model: logistic regression (median imputation, standard scaling, one-hot categories) on 15 of the 16 input columns:
  the day of the week is taken but not used, because three months hold too few of each day to learn from.
- Trained on {rows} flights of January to March 2013.
- June to August 2013, never seen in training: AUC {auc:.4f}, log loss {log_loss:.4f}.
- Export: computed in float32 by ONNX Runtime; the features are made float32 before training.
""",
    "1.1.0": """# flight-delay 1.1.0

Gradient boosting instead of logistic regression, and two more months of training data. The inputs and outputs are
those of 1.0.0 (feature schema {schema}).

- Model: histogram gradient boosting; a missing value goes to the side that training learnt for it.
- Trained on {rows} flights of January to May 2013.
- June to August 2013, never seen in training: AUC {auc:.4f}, log loss {log_loss:.4f}.
- Export: trained on float32 features, and every threshold is rounded down to a float32 before the export, so that
  the exported trees take the same branch as the trained ones on every float32 input.
- Heavier than 1.0.0: look at the latency figures before promoting.
""",
    "1.2.0": """# flight-delay 1.2.0

Retrained 1.1.0 behind a standard scaler, in full double precision, to share the preprocessing with other models. The
inputs and outputs are those of 1.1.0 (feature schema {schema}).

- Model: standard scaler, then the histogram gradient boosting of 1.1.0 with the same hyperparameters.
- Trained on {rows} flights of January to May 2013.
- June to August 2013, never seen in training: AUC {auc:.4f}, log loss {log_loss:.4f}.
- Export: default converter settings.
- Parity: ONNX Runtime agrees with ONNX's reference evaluator to {claim:.1e}.
""",
}


def render(version: str, **figures) -> str:
    """The text of one version."""
    return TEXTS[version].format(**figures)
