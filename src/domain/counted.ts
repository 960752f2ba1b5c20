/** `1 commit`, `2 commits`. Without `many`, an s makes the plural of `one`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
