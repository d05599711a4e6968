import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from '@murmuration/dev';
import { type Phase, phases, planCut } from './live/cut-plan.ts';
import { inWorld } from './live/world.ts';
import type { ChaosOptions, ChaosResult } from './scenario.ts';

/** What is killed and started again, each in its turn. */
const victims = ['gateway', 'timeline', 'redis', 'post', 'timeline-worker', 'user'] as const;
const wantedCuts = 10_000;
/** Streams of one person, each over a socket of its own. */
const streamsOfOne = 6;
/** In each phase of a connection's life so many cuts must fall, of ten thousand. */
const leastInPhase = 500;
/** Between one death and the next; on a machine that is slow to start what died, so many times as long as that took. */
const mostPauseMs = 4_000;
const mostPauseOfStart = 3;
const gaveUpAfterMs = 40 * 60_000;

/**
 * Sockets are cut at every point of their lives, thousands of times, while people post, delete, block and mute, and while
 * every process and Redis is killed in turn. Each subscriber comes back behind what it remembers, and must have been told
 * the log: in order, nothing missing, nothing twice, nothing that is hidden.
 */
export async function cuts(options: ChaosOptions): Promise<ChaosResult> {
  const { cuts: wanted = wantedCuts, log, people = 12 } = options;
  const fell = new Map<Phase, number>();
  const count = () => [...fell.values()].reduce((sum, each) => sum + each, 0);
  const killed: string[] = [];
  const startedMs = performance.now();
  const isGoingOn = () => count() < wanted && performance.now() - startedMs < gaveUpAfterMs;

  const world = {
    ...options,
    people,
    streams: streamsOfOne,
    postsPerSecond: 4,
    deletes: 0.12,
    hidden: 0.5,
    hiddenMs: 1_500,
    nextCut: (random: Parameters<typeof planCut>[0]) => (isGoingOn() ? planCut(random, fell) : null),
    onCut: (phase: Phase) => void fell.set(phase, (fell.get(phase) ?? 0) + 1),
  };
  const { figures, wrong } = await inWorld(world, async ({ random, stack }) => {
    let startTookMs = 0;
    while (isGoingOn()) {
      for (const victim of [...victims].sort(() => random.next() - 0.5)) {
        const pauseMs = Math.max(mostPauseMs, mostPauseOfStart * startTookMs) * (0.5 + random.next() / 2);
        for (let waitedMs = 0; isGoingOn() && waitedMs < pauseMs; waitedMs += 50) await sleep(50);
        if (!isGoingOn()) break;
        const killedAtMs = performance.now();
        await killAndStart(stack, victim);
        startTookMs = performance.now() - killedAtMs;
        killed.push(victim);
        log(`killed ${victim} after ${count()} cuts`);
      }
    }
  });
  log(`cut ${JSON.stringify(Object.fromEntries(fell))}`);
  const few = phases.filter((phase) => wanted >= wantedCuts && (fell.get(phase) ?? 0) < leastInPhase);
  return {
    wrong: [
      ...wrong,
      ...few.map((phase) => `only ${fell.get(phase) ?? 0} cuts fell into the phase ${phase}`),
    ],
    figures: { cuts: count(), ...Object.fromEntries(fell), killed: killed.length, ...figures },
  };
}

async function killAndStart(stack: Stack, victim: (typeof victims)[number]): Promise<void> {
  if (victim === 'redis') {
    await stack.redis?.kill();
    await stack.redis?.start();
  } else {
    await stack.kill(victim);
    await stack.start(victim);
  }
}
