import { setTimeout as sleep } from 'node:timers/promises';
import type { Crowd } from './crowd.ts';
import type { Deliveries } from './protocol.ts';
import type { Cpu } from './watch-cpu.ts';

export interface Saturated extends Deliveries {
  perSecond: number;
  cpu: Cpu;
}

/** As fast as it goes: the next event is sent when one has reached everybody, so many of them on their way. */
export async function saturate(
  crowd: Crowd,
  send: (event: number) => void,
  options: {
    onTheirWay: number;
    warmUpMs: number;
    ms: number;
    watchCpu: () => Promise<() => Promise<Cpu>>;
  },
): Promise<Saturated> {
  let next = 1;
  let isOver = false;
  crowd.onDelivered(() => isOver || send(next++));
  for (let i = 0; i < options.onTheirWay; i++) send(next++);
  await sleep(options.warmUpMs);
  const cpuSince = await options.watchCpu();
  await crowd.report();
  const startedMs = performance.now();
  await sleep(options.ms);
  const report = await crowd.report();
  const seconds = (performance.now() - startedMs) / 1_000;
  const cpu = await cpuSince();
  isOver = true;
  await sleep(1_500);
  await crowd.report();
  return { ...report, perSecond: report.received / seconds, cpu };
}
