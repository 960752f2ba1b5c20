"""Check every version folder from its bytes alone: `python verify.py`.

Schemas, spelling of the JSON, sidecar CRC, code digests, and the distance between
ONNX Runtime and the stored TorchScript outputs.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from jsonschema import Draft202012Validator

from artifacts import canonical_text, sealed_sidecar, sha256_file
from claims import parity
from runtime import LEVELS
from seal import CODE_DIR, REPOSITORY, sealed_code

LIMIT = 1e-5
KINDS = {"sidecar": "sidecar", "reference": "reference", "evaluation": "evaluation", "training": "training",
         "parity": "parity-claim", "bench": "bench-claim"}


def check_json(folder: Path) -> list[str]:
    """Problems with the JSON files of a version folder."""
    problems = []
    for file, kind in KINDS.items():
        text = (folder / f"{file}.json").read_text(encoding="utf-8")
        record = json.loads(text)
        schema = json.loads((REPOSITORY / "schemas" / f"{kind}-v1.schema.json").read_text(encoding="utf-8"))
        problems += [f"{file}.json {error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(record)]
        if text != canonical_text(record):
            problems.append(f"{file}.json: not in canonical text")
        if file == "sidecar" and record != sealed_sidecar(record):
            problems.append("sidecar.json: wrong crc32")
        if file == "training" and record["code"] != sealed_code():
            problems.append("training.json: code list is stale, run seal.py")
    return problems


def check_model(folder: Path) -> list[str]:
    """Problems with the parity of the ONNX file, printing what was measured."""
    problems = []
    for level in LEVELS:
        measured = parity(folder, level)
        per_output = ", ".join(f"{o['name']} {o['max_abs_diff']:.3g}" for o in measured["outputs"])
        print(f"{folder.name}  {level:9}{measured['cases']} cases  {per_output}")
        if measured["max_abs_diff"] > LIMIT:
            problems.append(f"parity at {level}: {measured['max_abs_diff']:.3g}")
    return problems


def main() -> None:
    """Check all versions; exit 1 if anything is wrong."""
    problems = []
    for folder in sorted(path.parent for path in CODE_DIR.parent.glob("*/model.onnx")):
        print(f"{folder.name}  model.onnx {sha256_file(folder / 'model.onnx')}")
        problems += [f"{folder.name}: {text}" for text in check_json(folder) + check_model(folder)]
    print("\n".join(problems) or "all as expected")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
