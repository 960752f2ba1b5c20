"""Import both versions: `python import_models.py [--cache DIR] [--torch-python PYTHON]`."""

from __future__ import annotations

import argparse
import hashlib
import platform
import subprocess
import sys
import tempfile
from importlib.metadata import version as installed
from pathlib import Path

import numpy as np

import changes
import claims
from artifacts import sealed_sidecar, write_json
from cases import DRIFT_LIMIT, STATE_LIMIT, last_of_each, pick, write_cases
from clips import CLIPS, CONTEXT, FRAME, RATE, SEED, render, windows
from record import SNAPSHOT, evaluation, sidecar, window
from seal import sealed_code
from signals import FEATURES, distribution, features
from upstream import NPM_FILE, NPM_INTEGRITY, NPM_SPEC, SOURCES, Source, fetch, from_wheel, onnx_bytes

MODEL_DIR = Path(__file__).resolve().parent.parent
PACKAGES = ("numpy", "scipy", "scikit-learn", "onnx", "onnxruntime")


def stream(python: str, jit: bytes, frames: np.ndarray, batch: list[tuple[int, int]]) -> dict[str, np.ndarray]:
    """Answers of the TorchScript model to every stream, from a Python that has torch."""
    with tempfile.TemporaryDirectory() as folder:
        model, given, answers = (Path(folder) / name for name in ("model.jit", "in.npz", "out.npz"))
        model.write_bytes(jit)
        np.savez(given, windows=frames, batch=np.array(batch))
        script = Path(__file__).with_name("run_jit.py")
        subprocess.run([python, "-B", str(script), str(model), str(given), str(answers)], check=True)
        return dict(np.load(answers))


def digest(name: str, data: bytes, **extra) -> dict:
    """A file of the snapshot."""
    return {"path": name, "sha256": "sha256:" + hashlib.sha256(data).hexdigest(), "size": len(data), **extra}


def snapshot_files(cache: Path, source: Source, samples: list[np.ndarray]) -> list[dict]:
    """Everything the version was made from: tarball, wheel, and the generated clips."""
    files = [digest(name, (cache / name).read_bytes()) for name in (NPM_FILE, source.wheel)]
    files += [digest(f"clips/{clip.name}.f32le", audio.astype("<f4").tobytes(), rows=len(audio)) for clip, audio in zip(CLIPS, samples)]
    return sorted(files, key=lambda entry: entry["path"])


def training(source: Source, files: list[dict], metrics: dict, torch_version: str) -> dict:
    """Where the version comes from. It was not trained here, and the record says so."""
    speaker = subprocess.run(["espeak-ng", "--version"], capture_output=True, text=True, check=True).stdout.split()
    packages = {name: installed(name) for name in PACKAGES} | {"torch": torch_version, "espeak-ng": speaker[3]}
    return {
        "schema_version": "modelgate/training/v1",
        "code": sealed_code(),
        "licence": "MIT",
        "dataset": {"snapshot_id": SNAPSHOT, "source": f"npm:{NPM_SPEC}", "licence": "MIT", "files": files},
        "window": window(0, len(CLIPS)),
        "features": [],
        "cv_scheme": {"kind": "none", "folds": 0, "description": "Imported, not trained here."},
        "hyperparameters": {"context_samples": CONTEXT, "frame_samples": FRAME, "sample_rate_hz": RATE, "state_size": 128},
        "preprocessing": {"description": "Mono audio in [-1, 1]; each frame is preceded by the last samples of the one before."},
        "seed": SEED,
        "environment": {"python": platform.python_version(), "packages": packages},
        "reference_outputs": {
            "runtime": f"torch {torch_version} TorchScript float64",
            "description": f"silero_vad.jit (16 kHz part) of {source.wheel}, streamed over the clips on one thread and rounded "
                           f"to float32; frames of states within +-{STATE_LIMIT:g} whose float32 answer lies within {DRIFT_LIMIT:g}."},
        "offline_metrics": metrics,
        "log": f"Imported {source.onnx_member} from {NPM_SPEC}, integrity {NPM_INTEGRITY}. Upstream does not publish its "
               "training data; the window and the clips are those that checked the import, on a clock that starts at 1970.",
    }


def make(source: Source, cache: Path, python: str, clips: list[tuple[np.ndarray, np.ndarray]]) -> None:
    """Write every file of one version folder."""
    folder = MODEL_DIR / source.version
    folder.mkdir(parents=True, exist_ok=True)
    model = onnx_bytes(cache, source)
    if model != from_wheel(cache, source, "data/silero_vad.onnx"):
        raise SystemExit(f"{source.onnx_member} is not the ONNX file of {source.wheel}")
    (folder / "model.onnx").write_bytes(model)
    (folder / "LICENSE").write_bytes(from_wheel(cache, source, "LICENSE"))
    frames = np.stack([windows(samples) for samples, _ in clips])
    labels = np.stack([truth for _, truth in clips])
    jit = from_wheel(cache, source, "data/silero_vad.jit")
    pairs = pick(stream(python, jit, frames, [(0, 0)]), labels)
    answers = stream(python, jit, frames, last_of_each(pairs))
    write_cases(folder, frames, answers, pairs)
    report = evaluation(labels, answers["speech"])
    values = features(frames, answers["speech"])
    held = {metric["name"]: metric["value"] for metric in report["metrics"]}
    metrics = claims.stream_gap(folder, frames, answers) | {"auc": held["auc"], "accuracy": held["accuracy"]}
    files = snapshot_files(cache, source, [samples for samples, _ in clips])
    claim = claims.parity(folder)
    write_json(folder / "sidecar.json", sealed_sidecar(sidecar()))
    write_json(folder / "reference.json", {"schema_version": "modelgate/reference/v1",
                                           "dataset": {"snapshot_id": SNAPSHOT, "window": window(0, len(CLIPS))},
                                           "features": [distribution(name, values[name]) for name in FEATURES]})
    write_json(folder / "evaluation.json", report)
    write_json(folder / "training.json", training(source, files, metrics, str(answers["torch_version"])))
    write_json(folder / "parity.json", claim)
    write_json(folder / "bench.json", claims.bench(folder))
    text = changes.render(source.version, wheel=source.wheel_version, frames=labels.size, **held)
    (folder / "CHANGES.md").write_text(text, encoding="utf-8", newline="\n")
    print(f"{source.version}  {len(pairs) + 1} cases  AUC {held['auc']:.4f}  max_abs_diff {claim['max_abs_diff']:.3g}  {metrics}")


def main() -> None:
    """Fetch, check, generate the audio and write both versions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, help="folder for the downloads; a temporary one by default")
    parser.add_argument("--torch-python", default=sys.executable, help="a Python that has torch and numpy")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        cache = options.cache or Path(temporary)
        fetch(cache)
        clips = [render(clip, number) for number, clip in enumerate(CLIPS)]
        for source in SOURCES:
            make(source, cache, options.torch_python, clips)


if __name__ == "__main__":
    main()
