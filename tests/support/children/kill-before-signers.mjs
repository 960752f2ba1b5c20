import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

/** A process with this import ends, as by a power cut, when it is about to put the list of signers in place. */
const rename = fs.renameSync;
fs.renameSync = (from, to) => {
  if (String(to).endsWith("allowed_signers")) process.kill(process.pid, "SIGKILL");
  return rename(from, to);
};
syncBuiltinESMExports();
