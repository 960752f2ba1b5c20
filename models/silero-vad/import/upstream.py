"""What is imported: the npm package with the ONNX files, the wheels with the TorchScript ones.

Everything is pinned by digest and fetched through the ordinary clients `npm` and
`pip`, which decide where from.
"""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

NPM_SPEC = "@ricky0123/vad-web@0.0.31"
NPM_FILE = "ricky0123-vad-web-0.0.31.tgz"
NPM_INTEGRITY = "sha512-ePVq8TvB21sdHSxVMZOEIf9JVa7MAYpaIaNXeGgsPOiMCN8xbPCdF2LS5aYj7VRR3ZxzutedgV9ZplV65IA1Fg=="


@dataclass(frozen=True)
class Source:
    """One registry version and where its parts come from."""

    version: str
    onnx_member: str
    wheel_version: str
    wheel_sha256: str
    changes: str

    @property
    def wheel(self) -> str:
        """File name of the wheel."""
        return f"silero_vad-{self.wheel_version}-py3-none-any.whl"


SOURCES = [
    Source("5.0.0", "package/dist/silero_vad_v5.onnx", "5.1.2", "93b41953d7774b165407fda6b533c119c5803864e367d5034dc626c82cfdf661", "v5"),
    Source("6.0.0", "package/dist/silero_vad_v6.onnx", "6.2.0", "8a31f1e58e73cdc20820d842f757e678e0ae1b0ee1cb7b8aa50f20f8fd7f7638", "v6"),
]


def fetch(cache: Path) -> None:
    """Download what is not there yet and check every digest."""
    cache.mkdir(parents=True, exist_ok=True)
    if not (cache / NPM_FILE).exists():
        subprocess.run(["npm", "pack", "--silent", NPM_SPEC], cwd=cache, check=True, stdout=subprocess.DEVNULL)
    digest = base64.b64encode(hashlib.sha512((cache / NPM_FILE).read_bytes()).digest()).decode()
    if f"sha512-{digest}" != NPM_INTEGRITY:
        raise SystemExit(f"{NPM_FILE}: integrity sha512-{digest} is not the pinned one")
    for source in SOURCES:
        if not (cache / source.wheel).exists():
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(cache)]
            subprocess.run([*command, f"silero-vad=={source.wheel_version}"], check=True)
        actual = hashlib.sha256((cache / source.wheel).read_bytes()).hexdigest()
        if actual != source.wheel_sha256:
            raise SystemExit(f"{source.wheel}: sha256 {actual} is not the pinned one")


def onnx_bytes(cache: Path, source: Source) -> bytes:
    """The ONNX model of a version, out of the npm tarball."""
    with tarfile.open(cache / NPM_FILE) as archive:
        return archive.extractfile(source.onnx_member).read()


def from_wheel(cache: Path, source: Source, ending: str) -> bytes:
    """The one file of the wheel whose path ends like this."""
    with zipfile.ZipFile(cache / source.wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(ending)]
        return archive.read(name)
