import { formatNumber } from "../../domain/numbers.ts";
import type { OutputRule } from "../../domain/parity-rules.ts";
import { quote } from "../../domain/quote.ts";
import type { OutputReport } from "./report.ts";

const NAMED = 2;

/** `Output "variable": 39 of 64 numbers differ by more than 1e-5 (worst 7.6e-5).` Null when none does. */
export function differing(outputs: readonly OutputReport[]): string | null {
  return namedOf(
    outputs.filter(({ over_tolerance: over }) => over > 0),
    ({ name, over_tolerance: over, elements, rule, scale, max_abs_diff: diff, worst }) => {
      const of = `${over} of ${elements} ${elements === 1 ? "number" : "numbers"}`;
      const verb = over === 1 ? "differs" : "differ";
      if (rule.atol === 0 && rule.rtol === 0) return `Output ${quote(name)}: ${of} ${verb}${placeOf(worst)}.`;
      const size = diff === null ? placeOf(worst) : ` (worst ${formatNumber(diff)})`;
      return `Output ${quote(name)}: ${of} ${verb} by more than ${allowed(rule, scale)}${size}.`;
    },
  );
}

/** `Output "label": 127 of 256 labels are wrong (test_data_set_0 at [3]: expected 1, got 0).` */
export function mislabelled(outputs: readonly OutputReport[]): string | null {
  return namedOf(
    outputs.filter(({ label_agreement: share }) => share !== null && share < 1),
    ({ name, elements, label_agreement: share, worst }) => {
      const wrong = Math.round(elements * (1 - (share ?? 0)));
      return `Output ${quote(name)}: ${wrong} of ${elements} labels ${wrong === 1 ? "is" : "are"} wrong${placeOf(worst)}.`;
    },
  );
}

/** `Output "dft": its largest difference is 2e-6, its largest reference 1e-6.` */
export function scaled({ name, max_abs_diff: diff, scale }: OutputReport): string {
  return `Output ${quote(name)}: its largest difference is ${formatNumber(diff ?? Infinity)}, its largest reference ${formatNumber(scale)}.`;
}

function namedOf(outputs: readonly OutputReport[], say: (output: OutputReport) => string): string | null {
  if (outputs.length === 0) return null;
  const more = outputs.length - NAMED;
  const said = outputs.slice(0, NAMED).map(say).join(" ");
  return more > 0 ? `${said} ${more} more ${more === 1 ? "output does" : "outputs do"} too.` : said;
}

/** The relative part is said only where references are large enough for it to count. */
function allowed({ atol, rtol }: OutputRule, scale: number): string {
  const [fixed, relative] = [formatNumber(atol), formatNumber(rtol)];
  if (rtol * scale <= atol) return fixed;
  return atol === 0 ? `${relative} of their reference` : `${fixed}, or ${relative} of their reference`;
}

function placeOf(worst: OutputReport["worst"]): string {
  if (!worst) return "";
  const { case: name, index, expected, actual } = worst;
  return ` (${name} at [${index.join(",")}]: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)})`;
}
