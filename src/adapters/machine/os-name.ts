/** Name of the operating system as evidence records it: the distribution and its version, else platform and release. */
export function osName(of: { platform: string; release: string; osRelease: string | undefined }): string {
  const id = fieldOf(of.osRelease, "ID");
  const version = fieldOf(of.osRelease, "VERSION_ID");
  if (of.platform === "linux" && id) return version ? `${id}-${version}` : id;
  return `${of.platform}-${of.release}`;
}

/** A value of os-release(5), without its quotes. */
function fieldOf(text: string | undefined, name: string): string | undefined {
  const line = text?.split("\n").find((one) => one.startsWith(`${name}=`));
  return line?.slice(name.length + 1).replaceAll(/^["']|["']$/g, "") || undefined;
}
