export interface Row {
  readonly workload: string;
  readonly gateway: string;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuMs: number;
  readonly calls: number;
  readonly rssMiB: number;
}

/** Medians of the rounds, with the ratio to the stock gateway in the same workload. */
export function printTable(rows: readonly Row[]): void {
  for (const workload of new Set(rows.map((row) => row.workload))) {
    const here = rows.filter((row) => row.workload === workload);
    const stock = median(here.filter((row) => row.gateway === 'apollo stock').map((row) => row.perSecond));
    console.log(`\n${workload}`);
    console.log('gateway                   req/s     ×   p50 ms   p99 ms  CPU ms  calls  MiB');
    for (const gateway of new Set(here.map((row) => row.gateway))) {
      const own = here.filter((row) => row.gateway === gateway);
      const of = (pick: (row: Row) => number) => median(own.map(pick));
      const perSecond = of((row) => row.perSecond);
      console.log(
        [
          gateway.padEnd(24),
          perSecond.toFixed(0).padStart(6),
          (stock > 0 ? (perSecond / stock).toFixed(1) : '-').padStart(6),
          of((row) => row.p50Ms)
            .toFixed(1)
            .padStart(8),
          of((row) => row.p99Ms)
            .toFixed(1)
            .padStart(8),
          of((row) => row.cpuMs)
            .toFixed(2)
            .padStart(7),
          of((row) => row.calls)
            .toFixed(2)
            .padStart(6),
          of((row) => row.rssMiB)
            .toFixed(0)
            .padStart(5),
        ].join(' '),
      );
    }
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
