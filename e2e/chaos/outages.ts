import { setTimeout as sleep } from 'node:timers/promises';
import { type Stack, subgraphNames } from '@murmuration/dev';
import { inWorld } from './live/world.ts';
import type { ChaosOptions, ChaosResult } from './scenario.ts';

const awayMs = 10_000;
const betweenMs = 3_000;

/** How a process goes away: killed, or alive and silent, which nobody's socket tells. */
const ways = {
  async killed(stack: Stack, name: string) {
    await stack.kill(name);
    await sleep(awayMs);
    await stack.start(name);
  },
  async stopped(stack: Stack, name: string) {
    const pid = stack.processes.get(name)?.pid();
    if (pid === undefined) throw new Error(`${name} does not run`);
    process.kill(pid, 'SIGSTOP');
    await sleep(awayMs);
    process.kill(pid, 'SIGCONT');
  },
} as const;

/**
 * Each subgraph is away for ten seconds while events flow, killed and then silent. Everybody is told everything
 * afterwards, in order, and no event lacks its content.
 */
export async function outages(options: ChaosOptions): Promise<ChaosResult> {
  const { log, people = 8 } = options;
  const world = { ...options, people, streams: 2, postsPerSecond: 4, deletes: 0.05, hidden: 0, hiddenMs: 0 };
  return inWorld(world, async ({ caughtUp, stack }) => {
    for (const name of subgraphNames) {
      for (const [way, leave] of Object.entries(ways)) {
        await sleep(betweenMs);
        await leave(stack, name);
        const backMs = performance.now();
        const isCaughtUp = await caughtUp();
        const tookMs = Math.round(performance.now() - backMs);
        log(
          `${name} was ${way} for ${awayMs} ms; ${isCaughtUp ? `everybody had everything ${tookMs} ms after` : 'NOT made up for'}`,
        );
      }
    }
  });
}
