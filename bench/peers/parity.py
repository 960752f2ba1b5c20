"""The peer of `modelgate measure parity`: the same cases with Python's ONNX Runtime and numpy, and nothing else."""

import pathlib
import sys

import numpy
import onnxruntime

DTYPES = {1: numpy.float32, 7: numpy.int64}


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def tensor(path):
    """Reads a TensorProto with raw data."""
    data = path.read_bytes()
    dims, dtype, raw, at = [], 1, b"", 0
    while at < len(data):
        key, at = varint(data, at)
        value, at = varint(data, at)
        if key & 7 == 2:
            field, at = data[at : at + value], at + value
            if key >> 3 == 9:
                raw = field
            elif key >> 3 == 1:
                inner = 0
                while inner < len(field):
                    dim, inner = varint(field, inner)
                    dims.append(dim)
        elif key >> 3 == 1:
            dims.append(value)
        elif key >> 3 == 2:
            dtype = value
    return numpy.frombuffer(raw, DTYPES[dtype]).reshape(dims)


def main(folder):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])
    names = [value.name for value in session.get_inputs()]
    worst = cases = 0
    for case in sorted(folder.glob("test_data_set_*")):
        feeds = {name: tensor(case / f"input_{k}.pb") for k, name in enumerate(names)}
        for k, output in enumerate(session.run(None, feeds)):
            expected = tensor(case / f"output_{k}.pb")
            numpy.testing.assert_allclose(output, expected, rtol=0, atol=1e-5)
            worst = max(worst, float(numpy.max(numpy.abs(output.astype(float) - expected))))
        cases += 1
    print(f"{cases} {worst:.6e}")


main(pathlib.Path(sys.argv[1]))
