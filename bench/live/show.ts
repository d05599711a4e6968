import type { AtRate } from './at-rate.ts';
import type { Saturated } from './saturate.ts';
import type { Cpu } from './watch-cpu.ts';

export function showRate(
  what: string,
  { bare, closes, cpu, ends, due, lost, p50Ms, p99Ms, mostMs, repeated }: AtRate,
): void {
  console.log(
    `${what}: ${due} due, ${lost} lost, ${repeated} repeated, ${bare} without content; ` +
      `p50 ${p50Ms} ms, p99 ${p99Ms} ms, most ${mostMs} ms; sockets closed ${JSON.stringify(closes)}, streams ended ${JSON.stringify(ends)}`,
  );
  showCpu(cpu);
}

export function showCpu(cpu: Cpu): void {
  const cost = Object.entries(cpu)
    .filter(([, used]) => used >= 0.01)
    .map(([name, used]) => `${name} ${used.toFixed(2)}`);
  console.log(`  CPU: ${cost.join(', ')}`);
}

/** What a delivery takes of each process. */
export function showCostOfEach({ cpu, perSecond }: Pick<Saturated, 'cpu' | 'perSecond'>): void {
  const cost = Object.entries(cpu)
    .map(([name, used]): [string, number] => [name, (used / perSecond) * 1e6])
    .filter(([, us]) => us >= 0.1);
  const all = cost.reduce((sum, [, us]) => sum + us, 0);
  const each = cost.map(([name, us]) => `${name} ${us.toFixed(1)}`).join(', ');
  console.log(`  CPU a delivery: ${all.toFixed(1)} \u00b5s (${each})`);
}
