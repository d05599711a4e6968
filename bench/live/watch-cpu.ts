import type { Stack } from '@murmuration/dev';
import { cpuOf } from '../cpu.ts';
import type { Crowd } from './crowd.ts';

/** Seconds of CPU a second, by process. */
export type Cpu = Record<string, number>;

/** @returns what each process has taken since now */
export function watchCpu(stack: Stack, crowd: Crowd): Promise<() => Promise<Cpu>> {
  return watching(async () => ({ ...(await cpuOf(stack)), clients: crowd.cpuSeconds() }));
}

/** @param read seconds of CPU so far, by process */
export async function watching(read: () => Cpu | Promise<Cpu>): Promise<() => Promise<Cpu>> {
  const before = await read();
  const startedMs = performance.now();
  return async () => {
    const seconds = (performance.now() - startedMs) / 1_000;
    const after = Object.entries(await read());
    return Object.fromEntries(after.map(([name, used]) => [name, (used - (before[name] ?? 0)) / seconds]));
  };
}
