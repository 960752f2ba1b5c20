import { gateError } from "../../errors.ts";

const FULL_PAGE = 100;
const MAX_PAGES = 30;

/** One page, and GitHub's `link` header beside it. */
interface Page<T> {
  readonly items: readonly T[];
  readonly link: string | undefined;
}

/**
 * Pages of 100 until GitHub names no next one: it leaves items out after it has cut the pages, so that a short page may
 * have others behind it. FORGE_BAD_ANSWER after 30 pages: what would be cut away may be what decides.
 */
export async function allPages<T>(
  read: (paging: { per_page: number; page: number }) => Promise<Page<T>>,
): Promise<readonly T[]> {
  const all: T[] = [];
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const { items, link } = await read({ per_page: FULL_PAGE, page });
    all.push(...items);
    if (items.length < FULL_PAGE && !namesNext(link)) return all;
  }
  throw gateError("FORGE_BAD_ANSWER", `There are more than ${MAX_PAGES} pages of ${FULL_PAGE} items.`);
}

/** RFC 8288: `<https://…&page=2>; rel="next"`. */
function namesNext(link: string | undefined): boolean {
  return /;\s*rel="next"/.test(link ?? "");
}
