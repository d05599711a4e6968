import { setTimeout as sleep } from 'node:timers/promises';
import { decodeId } from '@murmuration/ids';
import { relationLeaseMs } from '@murmuration/relationships';
import type { Member } from '@murmuration/testing';
import { askRetrying, type Retries } from '../../support/retrying.ts';
import type { Random } from '../random.ts';
import type { TruthSource } from '../truth.ts';
import type { Sights } from './sights.ts';

const relate = (mutation: string) =>
  `mutation ($id: ID!) { ${mutation}(input: { userId: $id }) { errors { message } } }`;
/** After sight is given back a process may believe for one lease that it is not. */
const settleMs = relationLeaseMs + 1_000;
/** Each of thirteen seconds, and every process is back by then. */
const mostAsked = 10;

export interface Hiding {
  /** How often somebody was hidden, and that was acknowledged. */
  times(): number;
  stop(): Promise<void>;
}

/** Lets pairs of people block and mute each other for a while, again and again, until it is stopped. */
export function letHide(
  pairs: readonly (readonly [Member, Member])[],
  options: {
    sights: Sights;
    truth: TruthSource;
    random: Random;
    seen: Retries;
    hiddenMs: number;
    isSettled?: boolean;
  },
): Hiding {
  const { hiddenMs, isSettled = true, random, seen, sights, truth } = options;
  const over = new AbortController();
  let times = 0;

  /** Until somebody says what became of it: whoever gives up would leave the pair apart. */
  async function ask(member: Member, mutation: string, other: Member): Promise<void> {
    for (let asked = 0; asked < mostAsked; asked += 1) {
      const answer = await askRetrying<{ [mutation: string]: { errors: unknown[] } }>(
        member,
        seen,
        relate(mutation),
        { id: other.id },
      );
      if (answer?.[mutation]?.errors.length === 0) return;
      if (answer) throw new Error(`${member.handle} could not ${mutation}: ${JSON.stringify(answer)}`);
    }
    throw new Error(`${member.handle} could not ${mutation}: ${seen.failures.at(-1)}`);
  }

  /** Whether the projection has the follows of the pair as `user` has them. */
  async function isProjected(one: Member, other: Member): Promise<boolean> {
    const ids = [one, other].map(({ id }) => decodeId('User', id)?.toString());
    const read = async (source: keyof Pick<TruthSource, 'user' | 'timeline'>, isActive: string) =>
      (
        await truth[source].query(
          `SELECT follower_id::text, version::text FROM follow
           WHERE follower_id = ANY($1) AND followee_id = ANY($1) AND ${isActive} ORDER BY follower_id`,
          [ids],
        )
      ).rows;
    const owned = await read('user', `state = 'active'`);
    return owned.length === 2 && JSON.stringify(owned) === JSON.stringify(await read('timeline', 'active'));
  }

  /** One pair after the other: they share their connections. */
  let asking = Promise.resolve(false);
  function untilProjected(one: Member, other: Member): Promise<boolean> {
    asking = asking.then(() => isProjected(one, other));
    return asking;
  }

  async function hide(one: Member, other: Member): Promise<void> {
    const isBlock = random.next() < 0.6;
    const act = isBlock ? 'block' : 'mute';
    const directions = isBlock
      ? ([
          [one, other],
          [other, one],
        ] as const)
      : ([[one, other]] as const);
    const set = (sight: 'shown' | 'hidden' | 'changing') => {
      for (const [viewer, author] of directions) sights.set(viewer, author, sight, act);
    };
    set('changing');
    await ask(one, `${act}User`, other);
    set('hidden');
    times += 1;
    await sleep(hiddenMs * (0.5 + random.next()));
    set('changing');
    await ask(one, `un${act}User`, other);
    if (isBlock) {
      await ask(one, 'followUser', other);
      await ask(other, 'followUser', one);
    }
    while (!(await untilProjected(one, other))) await sleep(50);
    if (!isSettled) return;
    await sleep(settleMs, undefined, { signal: over.signal }).catch(() => undefined);
    // Cut short, nobody knows.
    if (!over.signal.aborted) set('shown');
  }

  const everybody = pairs.map(async ([one, other]) => {
    while (!over.signal.aborted) {
      await hide(one, other);
      await sleep(random.next() * hiddenMs);
    }
  });
  // Whoever waits for it hears of it; until then it is nobody's unhandled rejection.
  const ended = Promise.all(everybody);
  ended.catch(() => undefined);

  return {
    times: () => times,
    async stop() {
      over.abort();
      await ended;
    },
  };
}
