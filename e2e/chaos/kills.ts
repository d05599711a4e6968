import { setTimeout as sleep } from 'node:timers/promises';
import { processNames, type Stack, startStack } from '@murmuration/dev';
import { gather, letAct } from './crowd.ts';
import { loggedErrors } from './logged-errors.ts';
import { wrongNotifications, wrongPages } from './notifications.ts';
import { letPollsEnd, wrongEnds } from './polls.ts';
import { createRandom } from './random.ts';
import type { ChaosOptions, ChaosResult } from './scenario.ts';
import { settled } from './settled.ts';
import { brokenPromises, expectedHomes } from './truth.ts';
import { readHome } from '../support/read-home.ts';

const parts = [...processNames, 'redis'];
const people = 20;
const pauseMs = 60;

/**
 * Twenty people write with retries and keys while every process and Redis is killed at random, each in every round,
 * and Postgres is restarted once. Afterwards each acknowledged write has happened exactly once, each home
 * is the oracle's, both ways, counters count, and everybody was told once of each thing that concerns them, the ends of
 * polls among them.
 */
export async function kills({ seconds, seed, log, rounds = 3 }: ChaosOptions): Promise<ChaosResult> {
  const crashes: string[] = [];
  const stack = await startStack({
    onCrash: ({ what, lastLines }) => crashes.push([what, ...lastLines].join('\n')),
  });
  try {
    const members = await gather(`${stack.url}/graphql`, people, seed);
    const crowd = letAct(members, seed, pauseMs);
    const endPolls = letPollsEnd(stack);
    const killed = await killAll(stack, { seconds, seed, log, rounds });
    await crowd.stop();
    await endPolls();
    log(
      `${crowd.acknowledged} writes acknowledged, ${crowd.retries} sent again, ${crowd.failures.length} operations given up; ` +
        `killed ${JSON.stringify(killed)}`,
    );
    const wrong = await settled(stack, async (truth) => {
      const broken = await brokenPromises(truth, crowd);
      broken.push(...(await wrongEnds(truth.post)), ...(await wrongNotifications(truth)));
      const expected = await expectedHomes(truth, members);
      for (const member of members) {
        broken.push(...(await wrongPages(member)));
        for (const isForward of [true, false]) {
          const home = await readHome(member, 50, isForward);
          const differs = JSON.stringify(home) !== JSON.stringify(expected.get(member.handle));
          if (differs)
            broken.push(`the home of ${member.handle} is not the oracle's (forwards: ${isForward})`);
        }
      }
      return broken;
    });
    const unlike = crowd.failures.filter((failure) =>
      /INTERNAL_SERVER_ERROR|GRAPHQL_VALIDATION_FAILED|two votes/.test(failure),
    );
    const broken = [...wrong, ...unlike, ...crashes.map((crash) => `nobody killed it: ${crash}`)];
    if (broken.length > 0) for (const line of loggedErrors(stack)) log(line);
    return {
      wrong: broken,
      figures: {
        acknowledged: crowd.acknowledged,
        polls: crowd.polls.size,
        votes: [...crowd.votes.values()].filter((choices) => choices !== null).length,
        ...killed,
      },
    };
  } finally {
    await stack.stop();
  }
}

/** Kills each part once in every round, in an order of the seed, and Postgres once in the middle. */
async function killAll(
  stack: Stack,
  { seconds, seed, log, rounds }: ChaosOptions & { rounds: number },
): Promise<Record<string, number>> {
  const random = createRandom(seed);
  const killed: Record<string, number> = {};
  const roundMs = (seconds * 1_000) / rounds;
  for (let round = 0; round < rounds; round += 1) {
    const order = [...parts].sort(() => random.next() - 0.5);
    const victims =
      round === Math.floor(rounds / 2) ? [...order.slice(0, 3), 'postgres', ...order.slice(3)] : order;
    for (const victim of victims) {
      await sleep((roundMs / victims.length) * (0.5 + random.next() / 2));
      log(`kills ${victim}`);
      await killAndStart(stack, victim);
      killed[victim] = (killed[victim] ?? 0) + 1;
    }
  }
  return killed;
}

async function killAndStart(stack: Stack, victim: string): Promise<void> {
  const server = victim === 'postgres' ? stack.postgres : victim === 'redis' ? stack.redis : null;
  if (server) {
    await server.kill();
    await server.start();
  } else {
    await stack.kill(victim);
    await stack.start(victim);
  }
}
