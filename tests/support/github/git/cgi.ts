/** What a CGI program answered (RFC 3875): `Status:` and other headers, an empty line, the body. */
export interface CgiOutput {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export async function readCgi(stream: NodeJS.ReadableStream): Promise<CgiOutput> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const all = Buffer.concat(chunks);
  const end = all.indexOf("\r\n\r\n");
  if (end < 0) return { status: 500, headers: {}, body: Buffer.from("git http-backend gave no answer") };
  const headers = Object.fromEntries(
    all
      .subarray(0, end)
      .toString("latin1")
      .split("\r\n")
      .map((line) => [
        line.slice(0, line.indexOf(":")).toLowerCase(),
        line.slice(line.indexOf(":") + 1).trim(),
      ]),
  ) as Record<string, string>;
  const { status = "200 OK", ...rest } = headers;
  return { status: Number.parseInt(status, 10), headers: rest, body: all.subarray(end + 4) };
}
