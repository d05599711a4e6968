import { readFileSync } from 'node:fs';
import type { Stack } from '@murmuration/dev';

/** SQL statements and Redis commands of all processes so far, as their metrics tell. */
export async function countersOf(stack: Stack): Promise<{ sql: number; redis: number }> {
  const processes = [...stack.processes.values()];
  const texts = await Promise.all(
    processes.map(async ({ metricsUrl }) =>
      fetch(metricsUrl).then(
        (answer) => answer.text(),
        () => '',
      ),
    ),
  );
  const sum = (metric: string) =>
    texts
      .flatMap((text) => [...text.matchAll(new RegExp(`^${metric}(?:\\{[^}]*\\})? (\\d+)`, 'gm'))])
      .reduce((total, [, value]) => total + Number(value), 0);
  return { sql: sum('sql_statements_total'), redis: sum('redis_commands_total') };
}

const ticksPerSecond = 100;

/** Seconds of CPU that each process has used so far; empty where the system does not tell. */
export function cpuOf(stack: Stack): Record<string, number> {
  const used = [...stack.processes.values()].flatMap((process): [string, number][] => {
    const seconds = cpuOfPid(process.pid());
    return seconds === null ? [] : [[process.name, seconds]];
  });
  return Object.fromEntries(used);
}

function cpuOfPid(pid: number | undefined): number | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  } catch {
    return null;
  }
}
