"""Writes foreign models to OUT/<name>/{model.onnx,test_data_set_*,expect.json}: see docs/guides/foreign-models.md."""

import argparse
import sys
import traceback
import warnings
from pathlib import Path

import graphs
import packaged
import quantised
import tabular
from case import write

warnings.filterwarnings("ignore")


def main(out: Path, wheels: Path | None) -> None:
    written = 0
    sources = [tabular.cases(), graphs.cases(), quantised.cases(), packaged.cases(wheels)]
    for source in sources:
        for case in source:
            write(case, out)
            written += 1
    print(written, "models in", out)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--wheels", type=Path, help="a folder of downloaded packages (packaged.py lists them)")
    args = parser.parse_args()
    main(args.out, args.wheels)
