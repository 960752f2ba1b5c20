"""Writes every case of ONNX's backend suite that needs no download: OUT/<kind>/<case>/{model.onnx,test_data_set_*}.

The generators are those of the onnx wheel (onnx.backend.test). `light` holds the nine well-known networks whose
weights the wheel replaces by constants; the real ones would have to be downloaded and are left out.
"""

import argparse
import shutil
from pathlib import Path
from types import SimpleNamespace

import onnx
from onnx.backend.test import cmd_tools
from onnx.backend.test.case.model import collect_testcases
from onnx.backend.test.loader import DATA_DIR, load_model_tests
from onnx.backend.test.runner import Runner


def main(out: Path) -> None:
    # The wheel's own writer writes what its collector collects: since 1.23 that leaves out the nodes.
    generated = [*collect_testcases(), *load_model_tests(kind="node")]
    cmd_tools.model_test = SimpleNamespace(collect_testcases=lambda: [case for case in generated if case.kind != "real"])
    cmd_tools.generate_data(argparse.Namespace(output=str(out)))
    for kind in ("simple", "pytorch-converted", "pytorch-operator"):
        shutil.copytree(Path(DATA_DIR) / kind, out / kind, dirs_exist_ok=True)
    for case in load_model_tests(kind="real"):
        write_light(out / "light" / case.name, Path(DATA_DIR).parents[3] / case.url)
    print(sum(1 for _ in out.glob("*/*/model.onnx")), "cases of onnx", onnx.__version__, "in", out)


def write_light(folder: Path, model: Path) -> None:
    """Inputs as ONNX's runner makes them up, the expected output as it lies beside the model."""
    data = folder / "test_data_set_0"
    data.mkdir(parents=True, exist_ok=True)
    shutil.copy(model, folder / "model.onnx")
    shutil.copy(model.with_name(f"{model.stem}_output_0.pb"), data / "output_0.pb")
    graph = onnx.load(model).graph
    weights = {tensor.name for tensor in graph.initializer}
    fed = [value for value in graph.input if value.name not in weights]
    for position, value in enumerate(fed):
        tensor = onnx.numpy_helper.from_array(Runner.generate_dummy_data(value), value.name)
        (data / f"input_{position}.pb").write_bytes(tensor.SerializeToString())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    main(parser.parse_args().out)
