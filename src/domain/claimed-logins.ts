/** GitHub's own address of an account that keeps its e-mail to itself: `1234+login@users.noreply.github.com`. */
const NOREPLY = /^(?:\d+\+)?([a-z\d-]+)@users\.noreply\.github\.com$/i;
const TRAILER = /^co-authored-by:\s*([^<\n]*)<([^>\n]*)>\s*$/gim;

/** Names that a commit message calls its co-authors, by address or by name: a claim can only exclude, never admit. */
export function coAuthorsIn(message: string): readonly string[] {
  return [...message.matchAll(TRAILER)].flatMap(([, name = "", address = ""]) => namesIn(name, address));
}

/** Names of whoever asked: a login, or from a terminal `Ada <ada@example.org>`. */
export function requesterNames(who: string | null): readonly string[] {
  const [, name = who ?? "", address = ""] = /^(.*)<(.*)>$/.exec(who ?? "") ?? [];
  return namesIn(name, address);
}

function namesIn(name: string, address: string): readonly string[] {
  return [name.trim(), NOREPLY.exec(address.trim())?.[1] ?? ""].filter((login) => login !== "");
}
