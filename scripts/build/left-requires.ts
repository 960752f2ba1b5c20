import { parseAst } from "rolldown/parseAst";

/** A quick look that also matches examples in comments. */
const MENTION = /\b(?:__require|require)\(\s*["']/;

interface Node {
  readonly type: string;
  readonly callee?: Node;
  readonly arguments?: readonly Node[];
  readonly name?: string;
  readonly value?: unknown;
}

/** The literal names in calls of `require` that a bundler left in the code. */
export function leftRequires(code: string): readonly string[] {
  if (!MENTION.test(code)) return [];
  const found: string[] = [];
  visit(parseAst(code), (node) => {
    const [argument] = node.arguments ?? [];
    const isRequire = node.type === "CallExpression" && /^(?:__)?require$/.test(node.callee?.name ?? "");
    if (isRequire && typeof argument?.value === "string") found.push(argument.value);
  });
  return found;
}

function visit(value: unknown, see: (node: Node) => void): void {
  if (Array.isArray(value)) return value.forEach((item) => visit(item, see));
  if (value === null || typeof value !== "object") return;
  if ("type" in value) see(value as Node);
  for (const child of Object.values(value)) visit(child, see);
}
