"""Files of a version folder: canonical JSON, digests, sidecar CRC and ONNX tensors.

JSON is written the way JavaScript would write it (sorted keys, two spaces, LF,
ECMAScript number spelling), so that any tool that re-serialises a file gets the
same bytes back.
"""

from __future__ import annotations

import hashlib
import json
import math
import zlib
from pathlib import Path

import numpy as np
from onnx import numpy_helper


def es_number(value: float) -> str:
    """Spell a finite number the way ECMAScript (and so RFC 8785) does."""
    if not math.isfinite(value):
        raise ValueError("JSON has no NaN or Infinity")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = repr(abs(float(value))).partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    point = len(whole) + int(exponent or 0)
    digits = whole + fraction
    stripped = digits.lstrip("0")
    point -= len(digits) - len(stripped)
    digits = stripped.rstrip("0")
    if len(digits) <= point <= 21:
        return sign + digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return sign + digits[:point] + "." + digits[point:]
    if -6 < point <= 0:
        return sign + "0." + "0" * -point + digits
    tail = "." + digits[1:] if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{tail}e{'+' if point > 0 else '-'}{abs(point - 1)}"


def _spell(value, indent: str | None, depth: int) -> str:
    """Serialise one value; `indent` None means RFC 8785 canonical form."""
    if value is None or isinstance(value, (bool, str)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        return es_number(float(value))
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        colon = ":" if indent is None else ": "
        items = [json.dumps(k, ensure_ascii=False) + colon + _spell(value[k], indent, depth + 1) for k in keys]
        opening, closing = "{", "}"
    else:
        items = [_spell(item, indent, depth + 1) for item in value]
        opening, closing = "[", "]"
    if indent is None or not items:
        return opening + ",".join(items) + closing
    pad = "\n" + indent * (depth + 1)
    return opening + pad + ("," + pad).join(items) + "\n" + indent * depth + closing


def canonical(value) -> bytes:
    """RFC 8785 (JCS) bytes of a JSON value."""
    return _spell(value, None, 0).encode("utf-8")


def canonical_text(value) -> str:
    """Readable JSON: sorted keys, two spaces, LF, trailing newline."""
    return _spell(value, "  ", 0) + "\n"


def write_json(path: Path, value) -> None:
    """Write a value as readable JSON."""
    path.write_bytes(canonical_text(value).encode("utf-8"))


def sha256_file(path: Path) -> str:
    """Digest of a file, written `sha256:<hex>`."""
    return "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()


def sealed_sidecar(sidecar: dict) -> dict:
    """The sidecar with the CRC-32 of its canonical JSON (computed without `crc32`)."""
    body = {key: value for key, value in sidecar.items() if key != "crc32"}
    return {**body, "crc32": f"{zlib.crc32(canonical(body)):08x}"}


def write_tensor(path: Path, array: np.ndarray, name: str) -> None:
    """Write an ONNX TensorProto file that carries the tensor's graph name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(numpy_helper.from_array(array, name).SerializeToString())


def code_list(folder: Path, root: Path) -> list[dict]:
    """Path, digest and size of every file of a code folder, sorted by path."""
    files = [p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    return sorted(
        ({"path": p.relative_to(root).as_posix(), "sha256": sha256_file(p), "size": p.stat().st_size} for p in files),
        key=lambda entry: entry["path"],
    )
