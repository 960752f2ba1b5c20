/** A report with more paragraphs behind its first one, which is the answer. */
export function afterAnswer(report: string, more: readonly string[]): string {
  const [answer = "", ...rest] = report.trimEnd().split("\n\n");
  return `${[answer, ...more, ...rest].join("\n\n")}\n`;
}
