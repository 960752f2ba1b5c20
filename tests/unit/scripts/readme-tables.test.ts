import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { renderReadme, renderReadmes } from "../../../scripts/readme-tables.ts";

const ROOT = resolve(import.meta.dirname, "../../..");

describe("the READMEs of the actions", () => {
  it("say what the action.yml files say; npm run readme mends them", async () => {
    const readmes = await renderReadmes(ROOT);
    expect(readmes.size).toBeGreaterThan(0);
    for (const { is, shouldBe } of readmes.values()) expect(is).toBe(shouldBe);
  });
});

describe("renderReadme", () => {
  const readme = "# x\n<!-- inputs -->\nold\n<!-- /inputs -->\n<!-- outputs -->\n<!-- /outputs -->\nend\n";

  it("fills in tables and leaves the rest alone", () => {
    const yaml = `
inputs:
  model: { description: "A | B", required: true }
  seed: { description: Seed., default: "1" }
outputs:
  result: { description: Answer. }
`;
    expect(renderReadme(readme, yaml)).toBe(`# x
<!-- inputs -->

| Input   | What it is | Default      |
| ------- | ---------- | ------------ |
| \`model\` | A \\| B     | **required** |
| \`seed\`  | Seed.      | \`1\`          |

<!-- /inputs -->
<!-- outputs -->

| Output   | What it is |
| -------- | ---------- |
| \`result\` | Answer.    |

<!-- /outputs -->
end
`);
  });

  it("refuses a README without a place for the tables", () => {
    expect(() => renderReadme("# x\n", "inputs: {}")).toThrow("<!-- inputs -->");
  });
});
