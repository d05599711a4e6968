import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from '@murmuration/dev';
import { cpuOf, cpuOfMachine } from '../cpu.ts';
import { type Sent, startOpenLoop } from '../open-loop.ts';
import { timesOf } from '../times.ts';

export interface AtRate {
  perSecond: number;
  answeredPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Cores in use, by process; the load is one of them. */
  cores: Record<string, number>;
  /** Cores of the whole machine: in use by anybody, taken by its host, and idle because of a disk. */
  machine: { used: number; stolen: number; waiting: number };
}

const warmUpMs = 3_000;

/**
 * The mix, open loop at a rate. What was due in the first seconds is not in the figures: what the rate before left behind,
 * and lists that it lets go cold, are not what is asked about.
 * @param beside goes on meanwhile, until a moment (of `performance.now()`)
 */
export async function atRate(
  stack: Stack,
  next: (i: number) => Sent,
  perSecond: number,
  seconds: number,
  beside: (endsMs: number) => Promise<void> = async () => {},
): Promise<AtRate> {
  const loop = startOpenLoop(`${stack.url}/graphql`, perSecond, next);
  await sleep(warmUpMs);
  const first = loop.times.length;
  const before = await cpuOf(stack);
  const machineBefore = cpuOfMachine();
  const startedMs = performance.now();
  await Promise.all([sleep(seconds * 1_000), beside(startedMs + seconds * 1_000)]);
  const tookSeconds = (performance.now() - startedMs) / 1_000;
  const times = loop.times.slice(first);
  const machineAfter = cpuOfMachine();
  const after = await cpuOf(stack);
  await loop.stop();
  const cores = Object.entries(after).map(([name, used]) => [
    name,
    Math.max(0, used - (before[name] ?? 0)) / tookSeconds,
  ]);
  return {
    perSecond,
    answeredPerSecond: times.length / tookSeconds,
    ...timesOf(times),
    cores: Object.fromEntries(cores),
    machine: {
      used: (machineAfter.used - machineBefore.used) / tookSeconds,
      stolen: (machineAfter.stolen - machineBefore.stolen) / tookSeconds,
      waiting: (machineAfter.waiting - machineBefore.waiting) / tookSeconds,
    },
  };
}
