import { alone, names } from './gateways.ts';
import { medianOf, type Row, timesBetter } from './table.ts';

interface Target {
  readonly what: string;
  /** Of the names of workloads. */
  readonly where: RegExp;
  readonly gateway: string;
  readonly than: string;
  readonly atLeast: number;
}

const rust = `${names.rust}${alone}`;
const ours = 'gateway';
const targets: readonly Target[] = [
  { what: 'stock', where: /^heavy.*(anonymous|signed in)$/, gateway: ours, than: names.stock, atLeast: 6 },
  {
    what: 'stock',
    where: /^small, identical, anonymous$/,
    gateway: ours,
    than: names.stock,
    atLeast: 10,
  },
  { what: 'stock', where: /each their own/, gateway: ours, than: names.stock, atLeast: 4 },
  { what: 'hive rust', where: /^heavy/, gateway: `${ours}${alone}`, than: rust, atLeast: 3 },
  { what: 'hive rust', where: /^small/, gateway: `${ours}${alone}`, than: rust, atLeast: 4 },
];

/** What the whole gateway was meant to reach, and what it reached. */
export function printTargets(rows: readonly Row[]): void {
  const workloads = [...new Set(rows.map((row) => row.workload))];
  console.log('\nwhole gateway against            wanted   rate    CPU');
  for (const { what, where, gateway, than, atLeast } of targets) {
    for (const workload of workloads.filter((name) => where.test(name))) {
      const { byRate, byCpu } = timesBetter(rows, workload, gateway, than);
      if (Number.isNaN(byRate)) continue;
      const name = `${what}: ${workload}`;
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
