import { type Contest, findCommand, processSide } from "../side-by-side.ts";

const MODEL = "silero-vad@6.0.0";

interface ParityEvidence {
  readonly measurements: readonly { readonly metric: string; readonly value: number | null }[];
}

/** Every stored case of a real model, cold: from the start of the process to the largest difference. */
export function parityContest(root: string): Contest {
  const python = findCommand(
    [process.env["MODELGATE_BENCH_PYTHON"] ?? "python3", "python3"].map((command) => [
      command,
      "-c",
      "import onnxruntime, numpy; print(onnxruntime.__version__, numpy.__version__)",
    ]),
  );
  return {
    title: `parity of ${MODEL}, cold`,
    goal: 0.9,
    pairs: 11,
    ours: processSide(
      {
        name: "modelgate measure parity",
        command: process.execPath,
        args: [`${root}/bin/modelgate.js`, "--json", "measure", "parity", MODEL],
        cwd: root,
      },
      answerOf,
    ),
    peer: python
      ? processSide({
          name: `python, onnxruntime and numpy ${python.version}`,
          command: python.command,
          args: [`${root}/bench/peers/parity.py`, `${root}/models/silero-vad/6.0.0`],
        })
      : { missing: "no python with onnxruntime and numpy (MODELGATE_BENCH_PYTHON)" },
  };
}

function answerOf(stdout: string): string {
  const document = JSON.parse(stdout) as ParityEvidence & { readonly evidence?: ParityEvidence };
  const { measurements } = document.evidence ?? document;
  const value = (metric: string) =>
    measurements.find((one) => one.metric === `parity.${metric}`)?.value ?? Number.NaN;
  const [digits, exponent] = value("max_abs_diff").toExponential(6).split("e") as [string, string];
  const sign = exponent.startsWith("-") ? "-" : "+";
  return `${value("cases")} ${digits}e${sign}${exponent.replace(/^[+-]/, "").padStart(2, "0")}`;
}
