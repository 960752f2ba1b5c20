import { reasons } from "../domain/reasons/catalogue.ts";

/**
 * Listens for writes to stdout that fail. A reader that leaves early (`modelgate status | head`) wants no more, and the
 * answer stays the exit code; on any other failure the answer is lost, and the exit code is 3 (HOST_OUTPUT_LOST).
 */
export function watchOutput(): { isLost(): boolean } {
  let lost = false;
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE" || lost) return;
    lost = true;
    process.exitCode = 3;
    const says = `HOST_OUTPUT_LOST  The answer could not be written: ${error.code ?? "unknown error"}.`;
    process.stderr.write(`${says}\n  ${reasons.HOST_OUTPUT_LOST.fix}\n`);
  });
  return { isLost: () => lost };
}
