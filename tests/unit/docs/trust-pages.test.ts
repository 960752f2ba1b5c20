import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { createProgram } from "../../../src/cli/program/program.ts";
import { reasons } from "../../../src/domain/reasons/catalogue.ts";
import { parseTrust } from "../../../src/trust/registry.ts";
import { COMMIT_SIGNERS, ROLES } from "../../../src/trust/roles.ts";
import { WEB_FLOW_FINGERPRINT } from "../../../src/trust/openpgp/web-flow.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const page = (name: string): string => readFileSync(join(ROOT, "docs", name), "utf8");
const access = page("access-control.md");
const rotation = page("key-rotation.md");
const trustSection = page("policy-reference.md").split("\n## Trust\n")[1] ?? "";

/** Shell words: double quotes hold spaces together. */
const words = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");

describe("the pages about trust", () => {
  test("show a trust.yaml that can be parsed", () => {
    const yaml = /```yaml\n([^`]+)```/.exec(trustSection)?.[1] ?? "";
    const registry = parseTrust(Buffer.from(yaml));
    expect(registry).toMatchObject({ version: 4, manifestSignature: "required", commits: COMMIT_SIGNERS });
  });

  test("show commands that are understood", async () => {
    const commands = [access, rotation].flatMap((text) =>
      [...text.matchAll(/^\$ modelgate (.+)$/gm)].map(([, line = ""]) => words(line)),
    );
    expect(commands.length).toBeGreaterThan(10);
    for (const command of commands) {
      let called = 0;
      const program = createProgram("0.0.0", async () => void (called += 1));
      await program.parseAsync(command, { from: "user" });
      expect([command, called]).toEqual([command, 1]);
    }
  });

  test("name codes that exist, every role, and the pinned key", () => {
    const codes = [access, rotation, trustSection].flatMap(
      (text) => text.match(/\b(?:TRUST|CHECK)_[A-Z_]*[A-Z]\b/g) ?? [],
    );
    expect(codes.length).toBeGreaterThan(10);
    expect(codes.filter((code) => !Object.hasOwn(reasons, code))).toEqual([]);
    expect(ROLES.filter((role) => !access.includes(`\`${role}\``))).toEqual([]);
    expect(access).toContain(WEB_FLOW_FINGERPRINT);
  });
});
