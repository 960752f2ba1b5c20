/** A workflow command found in a line of output. */
export interface Command {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

/** `::name key=value,key=value::data` at the start of a line, or `##[name key=value;key=value]data` anywhere in it. */
export function parseCommand(line: string, registered: ReadonlySet<string>): Command | undefined {
  return parseColons(line, registered) ?? parseBrackets(line, registered);
}

function parseColons(line: string, registered: ReadonlySet<string>): Command | undefined {
  const text = line.trimStart();
  const end = text.startsWith("::") ? text.indexOf("::", 2) : -1;
  if (end < 0) return undefined;
  const head = splitHead(text.slice(2, end));
  if (!registered.has(head.name)) return undefined;
  const properties = toProperties(head.rest.trim(), ",", unescapeProperty);
  return { name: head.name, properties, data: unescapeData(text.slice(end + 2)) };
}

function parseBrackets(line: string, registered: ReadonlySet<string>): Command | undefined {
  const start = line.indexOf("##[");
  const end = start < 0 ? -1 : line.indexOf("]", start);
  if (end < 0) return undefined;
  const head = splitHead(line.slice(start + 3, end));
  if (!registered.has(head.name)) return undefined;
  return {
    name: head.name,
    properties: toProperties(head.rest, ";", unescapeBrackets),
    data: unescapeBrackets(line.slice(end + 1)),
  };
}

function splitHead(head: string): { name: string; rest: string } {
  const space = head.indexOf(" ");
  return space < 0 ? { name: head, rest: "" } : { name: head.slice(0, space), rest: head.slice(space + 1) };
}

function toProperties(
  text: string,
  separator: string,
  unescape: (text: string) => string,
): Record<string, string> {
  const properties: Record<string, string> = {};
  for (const pair of text.split(separator)) {
    const equals = pair.indexOf("=");
    if (equals > 0 && equals < pair.length - 1) {
      properties[pair.slice(0, equals)] = unescape(pair.slice(equals + 1));
    }
  }
  return properties;
}

function unescapeData(text: string): string {
  return text.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%25", "%");
}

function unescapeProperty(text: string): string {
  const most = text.replaceAll("%0D", "\r").replaceAll("%0A", "\n");
  return most.replaceAll("%3A", ":").replaceAll("%2C", ",").replaceAll("%25", "%");
}

function unescapeBrackets(text: string): string {
  const most = text.replaceAll("%3B", ";").replaceAll("%0D", "\r").replaceAll("%0A", "\n");
  return most.replaceAll("%5D", "]").replaceAll("%25", "%");
}
