import { alone, names } from './gateways.ts';
import { medianOf, type Row, timesBetter } from './table.ts';

interface Target {
  readonly what: string;
  readonly operation: 'heavy' | 'small';
  readonly gateway: string;
  readonly than: string;
  readonly atLeast: number;
}

const rust = `${names.rust}${alone}`;
const targets: readonly Target[] = [
  { what: 'stock, heavy', operation: 'heavy', gateway: 'gateway', than: names.stock, atLeast: 6 },
  { what: 'stock, small', operation: 'small', gateway: 'gateway', than: names.stock, atLeast: 10 },
  { what: 'hive rust, heavy', operation: 'heavy', gateway: `gateway${alone}`, than: rust, atLeast: 1.7 },
  { what: 'hive rust, small', operation: 'small', gateway: `gateway${alone}`, than: rust, atLeast: 4 },
];

/** What the whole gateway was meant to reach, and what it reached. */
export function printTargets(rows: readonly Row[]): void {
  const workloads = [...new Set(rows.map((row) => row.workload))];
  console.log('\nwhole gateway against            wanted   rate    CPU');
  for (const { what, operation, gateway, than, atLeast } of targets) {
    for (const workload of workloads.filter((name) => name.startsWith(operation))) {
      const { byRate, byCpu } = timesBetter(rows, workload, gateway, than);
      if (Number.isNaN(byRate)) continue;
      const name = `${what}${workload.slice(operation.length)}`;
      console.log(
        name.padEnd(44),
        `${atLeast}`.padStart(4),
        byRate.toFixed(1).padStart(6),
        byCpu.toFixed(1).padStart(6),
      );
    }
  }
  for (const workload of workloads) {
    const [ours, proxy] = ['gateway', names.proxy].map((name) => medianOf(rows, workload, name, 'cpuMs'));
    if (!ours || !proxy) continue;
    console.log(`${workload}: ${ours.toFixed(3)} ms CPU where the bare proxy takes ${proxy.toFixed(3)}`);
  }
}
