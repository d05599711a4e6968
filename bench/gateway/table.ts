import { alone, names } from './gateways.ts';

export interface Row {
  readonly workload: string;
  readonly gateway: string;
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuMs: number;
  readonly calls: number;
  readonly rssMiB: number;
  readonly failures: number;
}

type Figure = Exclude<keyof Row, 'workload' | 'gateway'>;

/** Median of the rounds; NaN where the gateway was not measured. */
export function medianOf(rows: readonly Row[], workload: string, gateway: string, figure: Figure): number {
  const sorted = rows
    .filter((row) => row.workload === workload && row.gateway === gateway)
    .map((row) => row[figure])
    .sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** How many times better than another; by CPU where only that is to be trusted. */
export function timesBetter(rows: readonly Row[], workload: string, gateway: string, than: string) {
  const of = (name: string, figure: Figure) => medianOf(rows, workload, name, figure);
  return {
    byRate: of(gateway, 'perSecond') / of(than, 'perSecond'),
    byCpu: of(than, 'cpuMs') / of(gateway, 'cpuMs'),
  };
}

/** The fastest peer that shares as much between requests as this gateway does. */
export function peerOf(gateway: string): string {
  return gateway.endsWith(alone) ? `${names.rust}${alone}` : names.rust;
}

/** Medians of the rounds, with the ratios of rate and CPU to the stock gateway's and to those of the fastest peer. */
export function printTable(rows: readonly Row[]): void {
  for (const workload of new Set(rows.map((row) => row.workload))) {
    console.log(`\n${workload.padEnd(36)}                                      × stock     × hive rust`);
    console.log(
      'gateway                              req/s  p50 ms  p99 ms  CPU ms  calls  MiB  fail   rate   CPU   rate   CPU',
    );
    const gateways = rows.filter((row) => row.workload === workload).map(({ gateway }) => gateway);
    for (const gateway of new Set(gateways)) {
      const of = (figure: Figure, digits: number, width: number) =>
        medianOf(rows, workload, gateway, figure).toFixed(digits).padStart(width);
      const times = [names.stock, peerOf(gateway)].flatMap((than) => {
        const { byRate, byCpu } = timesBetter(rows, workload, gateway, than);
        return [byRate, byCpu].map((ratio) => (Number.isNaN(ratio) ? '-' : ratio.toFixed(1)).padStart(5));
      });
      const figures = [of('perSecond', 0, 7), of('p50Ms', 1, 7), of('p99Ms', 1, 7), of('cpuMs', 3, 7)];
      console.log(
        [
          gateway.padEnd(34),
          ...figures,
          of('calls', 2, 6),
          of('rssMiB', 0, 4),
          of('failures', 0, 5),
          ...times,
        ].join(' '),
      );
    }
  }
}
