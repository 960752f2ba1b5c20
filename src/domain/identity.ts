/**
 * Whether an identity is the expected one: the same text, or, with `pattern`, the same but for runs of characters without
 * "/" where the pattern has "*". The whole identity has to fit; its cost is linear in both lengths.
 */
export function isExpectedIdentity(
  actual: string,
  expected: { readonly identity: string; readonly pattern: boolean },
): boolean {
  if (!expected.pattern) return actual === expected.identity;
  const [wanted, found] = [expected.identity.split("/"), actual.split("/")];
  return wanted.length === found.length && wanted.every((part, n) => fits(found[n] ?? "", part.split("*")));
}

/** Whether a text is the given pieces in order, with anything between them. */
function fits(text: string, [first = "", ...rest]: readonly string[]): boolean {
  if (!text.startsWith(first)) return false;
  const last = rest.at(-1);
  if (last === undefined) return text === first;
  let at = first.length;
  for (const piece of rest.slice(0, -1)) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return text.length >= at + last.length && text.endsWith(last);
}
