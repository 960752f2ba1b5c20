import { runAction } from "../../src/host/action.ts";
import { reportValidation } from "../../src/host/reports/validation.ts";
import { validate } from "../../src/usecases/registry/validate.ts";
import { inputs } from "./inputs.ts";

await runAction({
  inputs,
  async run({ paths, base, all }, host) {
    const ports = await host.open(null);
    return reportValidation(await validate(ports, { paths, all, ...(base === null ? {} : { base }) }));
  },
});
