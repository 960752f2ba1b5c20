"""Refresh the `code` list of every training.json: `python seal.py`, when the code is final."""

from __future__ import annotations

import json
from pathlib import Path

from artifacts import code_list, write_json

CODE_DIR = Path(__file__).resolve().parent
REPOSITORY = CODE_DIR.parents[2]


def sealed_code() -> list[dict]:
    """Every file of this folder with repository-relative path, digest and size."""
    return code_list(CODE_DIR, REPOSITORY)


def main() -> None:
    """Rewrite the list in every version beside this folder."""
    code = sealed_code()
    for path in sorted(CODE_DIR.parent.glob("*/training.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        write_json(path, {**record, "code": code})
        print(f"{path.parent.name}  {len(code)} files")


if __name__ == "__main__":
    main()
