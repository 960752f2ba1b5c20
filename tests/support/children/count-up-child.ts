import { createFiles } from "../../../src/adapters/fs/files.ts";

/** Adds one to the file `count`, several times, beside others that do the same: `root scratch times`. */
const [root = "", scratch = "", times = "0"] = process.argv.slice(2);
const files = createFiles(root, scratch);
for (let done = 0; done < Number(times);) {
  const bytes = await files.read("count");
  const next = String(Number(Buffer.from(bytes)) + 1);
  if (await files.swap({ expected: new Map([["count", bytes]]), wanted: new Map([["count", next]]) }))
    done += 1;
}
