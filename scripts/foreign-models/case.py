"""One model as its maker would hand it over: a file, test data in ONNX's layout, and what should become of it."""

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx


@dataclass
class Case:
    name: str
    model: onnx.ModelProto | bytes
    #: Each test data set: inputs by name, and the expected outputs in the order of the model.
    data: list[tuple[dict, list]]
    #: "pass", "fail" (the gate into the shadow, or with `until` into the canary), or "refused" (init or register).
    expect: str
    why: str
    #: Any one of these codes must be among those of a failure or refusal.
    codes: list[str] = field(default_factory=list)
    until: str = "SHADOW"
    columns: list[str] = field(default_factory=list)
    file: str = "model.onnx"
    #: Files beside the model, by name.
    beside: dict[str, bytes] = field(default_factory=dict)


def write(case: Case, out: Path) -> None:
    folder = out / case.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    raw = case.model if isinstance(case.model, bytes) else case.model.SerializeToString()
    (folder / case.file).write_bytes(raw)
    for name, content in case.beside.items():
        (folder / name).write_bytes(content)
    for number, (inputs, outputs) in enumerate(case.data):
        data = folder / f"test_data_set_{number}"
        data.mkdir()
        for position, (name, value) in enumerate(inputs.items()):
            (data / f"input_{position}.pb").write_bytes(tensor(value, name))
        for position, value in enumerate(outputs):
            if value is not None:
                (data / f"output_{position}.pb").write_bytes(tensor(value, ""))
    keys = ("expect", "why", "codes", "until", "columns", "file")
    facts = {key: getattr(case, key) for key in keys}
    (folder / "expect.json").write_text(json.dumps(facts, indent=1) + "\n")


def tensor(value, name: str) -> bytes:
    array = np.asarray(value)
    if array.dtype.kind in "US":
        array = array.astype(object)
    return onnx.numpy_helper.from_array(array, name or None).SerializeToString()


def split(inputs: dict, outputs: list, sets: int = 2) -> list[tuple[dict, list]]:
    """The rows of one batch as several test data sets."""
    rows = len(next(iter(inputs.values())))
    cuts = np.array_split(np.arange(rows), sets)
    return [({k: v[c] for k, v in inputs.items()}, [None if o is None else o[c] for o in outputs]) for c in cuts]
