import type { Measured } from './measure.ts';

/** What was measured, for people. The floor is another row at as many connections. */
export function printTable(measured: readonly Measured[], floor: string): void {
  console.table(
    measured.map((row) => ({
      what: row.what,
      connections: row.connections,
      'requests/s': Math.round(row.perSecond),
      'p50 ms': round(row.p50Ms),
      'p99 ms': round(row.p99Ms),
      'SQL/request': round(row.statementsPerRequest),
      'Redis/request': round(row.redisCommandsPerRequest),
      [`of ${floor}`]: ratioToFloor(row, measured, floor),
    })),
  );
  console.log('CPU, milliseconds a request');
  console.table(
    Object.fromEntries(
      measured.map((row) => [
        `${row.what}, ${row.connections}`,
        { 'all but the load': totalOf(row), ...roundAll(row.cpuMs) },
      ]),
    ),
  );
}

function totalOf({ cpuMs }: Measured): number {
  const { 'the load itself': _, ...served } = cpuMs;
  return round(Object.values(served).reduce((sum, ms) => sum + ms, 0));
}

function roundAll(values: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, round(value)]));
}

function ratioToFloor(row: Measured, measured: readonly Measured[], floor: string): number {
  const bare = measured.find(({ what, connections }) => what === floor && connections === row.connections);
  return round(row.perSecond / (bare?.perSecond ?? row.perSecond));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
