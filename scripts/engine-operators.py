"""Writes src/measure/onnx/engine-operators.ts: operators beside ONNX's own that the pinned ONNX Runtime has built in.

pip install onnxruntime==1.30.0    # the version of src/adapters/onnx/engine-assets.ts
python scripts/engine-operators.py

Those with a kernel for CPUs count: a schema alone cannot run.
"""

from pathlib import Path

import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as state

DOMAINS = ("com.microsoft", "com.microsoft.experimental", "com.microsoft.nchwc")
TARGET = Path(__file__).parent.parent / "src/measure/onnx/engine-operators.ts"

kernels = {(one.domain, one.op_name) for one in state.get_all_opkernel_def() if one.provider == "CPUExecutionProvider"}
schemas = {(one.domain, one.name) for one in state.get_all_operator_schema()}
names = sorted(f"{domain}.{name}" for domain, name in kernels & schemas if domain in DOMAINS)
listed = "\n".join(f'  "{name}",' for name in names)
TARGET.write_text(f"""// Made by scripts/engine-operators.py. Do not edit.

/** The version of ONNX Runtime that the list was read from. */
export const OPERATORS_OF = "{onnxruntime.__version__}";

/** {len(names)} operators with a kernel for CPUs, as `<domain>.<operator>`, sorted. */
export const ENGINE_OPERATORS: ReadonlySet<string> = new Set([
{listed}
]);
""")
