/** Judges the cases that the parent names, one message each; it may die with a case, and the parent starts another. */
import { judgeCase } from "./judge-case.ts";
import { oneProcessEngine } from "./one-process-engine.ts";

const engine = oneProcessEngine();

process.on("message", (folder: string) => {
  judgeCase(folder, engine).then(
    (verdict) => process.send?.(verdict),
    (error: unknown) => {
      process.stderr.write(`${folder}: ${error instanceof Error ? error.stack : String(error)}\n`);
      process.exit(1);
    },
  );
});
