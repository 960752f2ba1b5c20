/**
 * The runner's reading of GITHUB_OUTPUT, GITHUB_STATE and GITHUB_ENV: `name=value` lines and `name<<delimiter` blocks.
 * Throws with the runner's own words; a later value of a name replaces an earlier one.
 */
export function parseKeyValues(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  const lines = text.split("\n");
  const terminated = text.endsWith("\n");
  if (terminated) lines.pop();
  let at = 0;
  while (at < lines.length) {
    const line = lines[at++]!;
    if (line === "") continue;
    const equals = line.indexOf("=");
    const heredoc = line.indexOf("<<");
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      values.set(line.slice(0, equals), line.slice(equals + 1));
    } else if (heredoc >= 0) {
      const block = readBlock(lines, at, line, terminated);
      values.set(block.name, block.value);
      at = block.next;
    } else {
      throw new Error(`Invalid format '${line}'`);
    }
  }
  return values;
}

function readBlock(
  lines: readonly string[],
  start: number,
  head: string,
  terminated: boolean,
): { name: string; value: string; next: number } {
  const name = head.slice(0, head.indexOf("<<"));
  const delimiter = head.slice(head.indexOf("<<") + 2);
  if (name === "" || delimiter === "") {
    throw new Error(`Invalid format '${head}'. Name must not be empty and delimiter must not be empty`);
  }
  const end = lines.indexOf(delimiter, start);
  if (end < 0) throw new Error(unfinished(delimiter, terminated));
  return { name, value: lines.slice(start, end).join("\n"), next: end + 1 };
}

function unfinished(delimiter: string, terminated: boolean): string {
  return terminated
    ? `Invalid value. Matching delimiter not found '${delimiter}'`
    : "Invalid value. EOF marker missing new line.";
}
