import { createFiles } from "../../src/adapters/fs/files.ts";

const [folder = "", file = ""] = process.argv.slice(2);
const { digest } = await createFiles(folder).digest(file);
process.stdout.write(`${digest}\n`);
