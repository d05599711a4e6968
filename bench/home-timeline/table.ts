import type { Measured } from './main.ts';

/** What was measured, for people. */
export function printTable(report: {
  town: string;
  measured: readonly Measured[];
  sqlPagesPerSecond: number;
}): void {
  const { measured, sqlPagesPerSecond, town } = report;
  console.log(`\n${town}\n`);
  console.table(
    measured.map((row) => ({
      what: row.what,
      connections: row.connections,
      'reads/s': Math.round(row.perSecond),
      'p50 ms': round(row.p50Ms),
      'p99 ms': round(row.p99Ms),
      'SQL/request': round(row.statementsPerRequest),
      'Redis/request': round(row.redisCommandsPerRequest),
      'of the edge alone': ratioToFloor(row, measured),
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
  console.log(`Bare text by plain SQL on one connection: ${Math.round(sqlPagesPerSecond)} pages/s`);
}

function totalOf({ cpuMs }: Measured): number {
  const { 'the load itself': _, ...served } = cpuMs;
  return round(Object.values(served).reduce((sum, ms) => sum + ms, 0));
}

function roundAll(values: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, round(value)]));
}

function ratioToFloor(row: Measured, measured: readonly Measured[]): number {
  const floor = measured.find(
    ({ what, connections }) => what === 'no subgraph' && connections === row.connections,
  );
  return round(row.perSecond / (floor?.perSecond ?? row.perSecond));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
