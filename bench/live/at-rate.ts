import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from '@murmuration/dev';
import { type Cpu, watchCpu } from './watch-cpu.ts';
import type { Crowd } from './crowd.ts';
import type { BenchPerson } from './people.ts';
import { post } from './post.ts';
import type { Deliveries } from './protocol.ts';

export interface AtRate extends Deliveries {
  due: number;
  lost: number;
  cpu: Cpu;
}

const quietMs = 4_000;
let event = 1_000_000;

/** Posts at a rate, each by the next author, and waits until everything due has come or nothing comes any more. */
export async function atRate(
  stack: Stack,
  crowd: Crowd,
  authors: readonly { person: BenchPerson; place: number; due: number }[],
  options: { perSecond: number; seconds: number },
): Promise<AtRate> {
  await crowd.report();
  const cpuSince = await watchCpu(stack, crowd);
  const startedMs = performance.now();
  const posting: Promise<void>[] = [];
  let due = 0;
  for (let i = 0; i < options.perSecond * options.seconds; i++) {
    const author = authors[i % authors.length];
    if (!author) break;
    due += author.due;
    posting.push(post(stack.url, author.person, author.place, event++));
    await sleep(Math.max(0, startedMs + ((i + 1) * 1_000) / options.perSecond - performance.now()));
  }
  await Promise.all(posting);
  const cpu = await cpuSince();
  // Until all of it has come, or nothing has for a while.
  let received = -1;
  for (let now = await crowd.count(); now < due && now > received; now = await crowd.count()) {
    received = now;
    await sleep(quietMs);
  }
  const report = await crowd.report();
  return { ...report, due, lost: due - report.received, cpu };
}
