import type { Measured } from '../measure.ts';
import { printTable } from '../table.ts';
import type { AtRate } from './at-rate.ts';
import { kinds, shares } from './mix.ts';

const cores = 2;

/** What each kind costs alone, and what the mix could reach by that if nothing got in anything's way. */
export function showCosts(costs: readonly Measured[], mix: Measured): void {
  printTable([...costs, mix], mix.what);
  const sum = costs.reduce((total, { cpuMs }, i) => total + shares[kinds[i] ?? 'home'] * sumOf(cpuMs), 0);
  console.log(
    `By these the mix takes ${sum.toFixed(2)} ms of CPU a request, the load included, so two cores carry at most ${Math.round((cores * 1_000) / sum)}/s; closed loop it takes ${sumOf(mix.cpuMs).toFixed(2)} ms.`,
  );
}

/** The steps up to the knee and behind it, and the rate below it. */
export function showRates(rates: readonly AtRate[], knee: number, calm: AtRate): void {
  console.table(
    [...rates, calm].map(({ perSecond, answeredPerSecond, p50Ms, p99Ms, cores: used, machine }) => ({
      'offered/s': Math.round(perSecond),
      'answered/s': Math.round(answeredPerSecond),
      'p50 ms': Math.round(p50Ms),
      'p99 ms': Math.round(p99Ms),
      'cores in use': Number(sumOf(used).toFixed(2)),
      'of them the load': Number((used['the load itself'] ?? 0).toFixed(2)),
      'of the machine': Number(machine.used.toFixed(2)),
      stolen: Number(machine.stolen.toFixed(2)),
      'waits for a disk': Number(machine.waiting.toFixed(2)),
    })),
  );
  console.log(
    `The knee: ${knee}/s. At ${Math.round(calm.perSecond)}/s: p50 ${calm.p50Ms.toFixed(1)}, p99 ${calm.p99Ms.toFixed(1)} ms.`,
  );
  console.log('Milliseconds of CPU a request there:');
  console.table(
    Object.fromEntries(
      Object.entries(calm.cores).map(([name, used]) => [
        name,
        Number(((1_000 * used) / calm.answeredPerSecond).toFixed(3)),
      ]),
    ),
  );
}

function sumOf(parts: Record<string, number>): number {
  return Object.values(parts).reduce((sum, each) => sum + each, 0);
}
