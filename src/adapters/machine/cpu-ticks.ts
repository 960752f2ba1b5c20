/** CPU time since boot, over all cores, in the kernel's own ticks. */
export interface CpuTicks {
  readonly steal: number;
  readonly total: number;
}

const STEAL = 7;
/** user, nice, system, idle, iowait, irq, softirq, steal; guest times are part of user and nice already. */
const FIELDS = 8;

/** The first line of /proc/stat (proc_stat(5)); null on a system that has none, or whose kernel tells no steal time. */
export function parseCpuTicks(text: string): CpuTicks | null {
  const match = /^cpu +(\d[\d ]*)/m.exec(text);
  const fields = match?.[1]?.trim().split(/ +/).map(Number).slice(0, FIELDS) ?? [];
  const steal = fields[STEAL];
  return steal === undefined ? null : { steal, total: fields.reduce((sum, field) => sum + field, 0) };
}
