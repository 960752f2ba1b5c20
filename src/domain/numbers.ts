const MAX_DIGITS = 17;

/** A number as people read it: `7.9`, `1.2e-7`, `12500`; at most `digits` significant digits, no trailing zeros. */
export function formatNumber(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "-∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e9) return String(value);
  const rounded = Number(value.toPrecision(digits));
  if (size >= 1e-3 && size < 1e9) return String(size >= 1000 && digits === 3 ? Math.round(value) : rounded);
  return rounded.toExponential().replace("e+", "e");
}

/** Like `formatNumber`, with as many digits as it takes to tell the value from a different one beside it. */
export function formatBeside(value: number, other: number | null): string {
  if (other === null || value === other || !Number.isFinite(value)) return formatNumber(value);
  for (let digits = 3; digits < MAX_DIGITS; digits += 1) {
    const text = formatNumber(value, digits);
    if (text !== formatNumber(other, digits)) return text;
  }
  return String(value);
}

/** A share as percent: 0.0415 reads `4.15 %`; `other` is a percentage that it must be told from, for example a limit's. */
export function formatPercent(share: number, other: number | null): string {
  return `${formatBeside(Number((share * 100).toPrecision(15)), other)} %`;
}

/** `+93 %`, `-4 %`; undefined when there is nothing to divide by. */
export function formatChange(from: number, to: number): string | undefined {
  if (!Number.isFinite(from) || !Number.isFinite(to) || from <= 0) return undefined;
  const percent = (to / from - 1) * 100;
  const size = Math.abs(percent);
  const shown = size < 10 ? formatNumber(size, 2) : formatNumber(Math.round(size));
  if (Number(shown) === 0) return "±0 %";
  return `${percent > 0 ? "+" : "-"}${shown} %`;
}
