const NOBODY = 65_534;

/**
 * Runs a call without the rights of root, to whom every file is readable and every folder writable. Needs a process of
 * its own per test file (vitest's pool "forks"): threads share no user id.
 */
export async function unprivileged<T>(call: () => Promise<T>): Promise<T> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(NOBODY);
  try {
    return await call();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}
