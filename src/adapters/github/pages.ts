const FULL_PAGE = 100;
const MAX_PAGES = 30;

/** Pages of 100 until one is not full; more than 30 pages are cut, so that no answer is endless. */
export async function allPages<T>(
  read: (paging: { per_page: number; page: number }) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const all: T[] = [];
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const items = await read({ per_page: FULL_PAGE, page });
    all.push(...items);
    if (items.length < FULL_PAGE) break;
  }
  return all;
}
