const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const DURATION = /^([1-9]\d{0,5})([mhd])$/;
const DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}Z)?$/;

/** Milliseconds of `30m`, `24h` or `7d`; undefined for any other text. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit] = DURATION.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * UNITS[unit as keyof typeof UNITS];
}

/** `2026-11-30` (midnight UTC) or `2026-11-30T12:00:00Z`; undefined for any other text and for days that do not exist. */
export function parseDate(text: string): Date | undefined {
  if (!DATE.test(text)) return undefined;
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) return undefined;
  return date.toISOString().startsWith(text.slice(0, 10)) ? date : undefined;
}

/** `3 d 4 h`, `25 min`: the two largest units, rounded down; for sentences. */
export function formatDuration(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / UNITS.m);
  const parts = [
    [Math.floor(minutes / 1440), "d"],
    [Math.floor(minutes / 60) % 24, "h"],
    [minutes % 60, "min"],
  ] as const;
  const shown = parts.filter(([count]) => count > 0).slice(0, 2);
  return shown.length === 0 ? "less than 1 min" : shown.map(([count, unit]) => `${count} ${unit}`).join(" ");
}
