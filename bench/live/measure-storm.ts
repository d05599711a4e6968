import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from '@murmuration/dev';
import { atRate } from './at-rate.ts';
import type { Crowd } from './crowd.ts';
import type { BenchPerson } from './people.ts';
import { showRate } from './show.ts';

const perSecond = 1;
const seconds = 16;
const cutAfterMs = 3_000;
const cutsOfATenth = 10;

/**
 * Everybody's socket is destroyed at once while posts go on; and, in another run, a tenth of them every second. The
 * longest delivery is how long it took until the last had what it missed.
 */
export async function measureStorm(
  stack: Stack,
  crowd: Crowd,
  authors: readonly BenchPerson[],
  listeners: number,
): Promise<void> {
  const speakers = authors.map((person, place) => ({ person, place, due: listeners }));
  crowd.expect(speakers.map(({ due }) => due));
  const rate = { perSecond, seconds };
  const [all] = await Promise.all([
    atRate(stack, crowd, speakers, rate),
    sleep(cutAfterMs).then(() => crowd.cut(1)),
  ]);
  showRate(`all of ${listeners} sockets destroyed at once, ${perSecond} post/s`, all);
  const [some] = await Promise.all([
    atRate(stack, crowd, speakers, rate),
    (async () => {
      for (let i = 0; i < cutsOfATenth; i++) {
        await sleep(1_000);
        crowd.cut(0.1);
      }
    })(),
  ]);
  showRate(`a tenth of ${listeners} sockets destroyed every second, ${perSecond} post/s`, some);
}
