import { setTimeout as sleep } from 'node:timers/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type Stack, startStack } from '@murmuration/dev';
import { type Member, signUpCast } from '@murmuration/testing';
import { noRetries } from '../../support/retrying.ts';
import { createRandom, type Random } from '../random.ts';
import type { ChaosOptions, ChaosResult } from '../scenario.ts';
import { openTruth } from '../truth.ts';
import type { CutPlan, Phase } from './cut-plan.ts';
import { letHide } from './hide.ts';
import { judge, type Judged } from './judge.ts';
import { letPost, type Record } from './said.ts';
import { createSights, type Sights } from './sights.ts';
import { subscribe } from './subscriber.ts';

/** What was said before it was hidden may come for so long after that was acknowledged. */
const promisedMs = 1_000;
const caughtUpWithinMs = 60_000;
/** What was acknowledged so short a while ago may not be in the log yet. */
const onItsWayMs = 200;
/** Access tokens are good for ten minutes. */
const signInEveryMs = 4 * 60_000;
const signInAgainAfterMs = 2_000;
/** A subscriber that missed more is not asked for all of it: it only says in which phase a connection is. */
const lookedBackAt = 500;

export interface WorldOptions extends ChaosOptions {
  people: number;
  /** Streams of each person, each over a socket of its own. */
  streams: number;
  postsPerSecond: number;
  /** The share of posts that are deleted again. */
  deletes: number;
  /** The share of people who hide somebody, or are hidden by them, again and again. */
  hidden: number;
  /** For how long each time, about. */
  hiddenMs: number;
  /** False when whoever was hidden is so again at once, and nothing of theirs is ever due again. */
  isSettled?: boolean;
  nextCut?(random: Random): CutPlan | null;
  onCut?(phase: Phase): void;
}

export interface World {
  stack: Stack;
  random: Random;
  /** Waits until everybody was told all that is due; false when that takes longer than a minute. */
  caughtUp(): Promise<boolean>;
}

/**
 * People who all follow each other post, delete, block and mute, and watch each other's homes, while `trouble` is made.
 * Then what each subscriber was told is compared with the log.
 */
export async function inWorld(
  options: WorldOptions,
  trouble: (world: World) => Promise<void>,
): Promise<ChaosResult> {
  const { graceMs = promisedMs, log, seed } = options;
  const random = createRandom(seed);
  const stack = await startStack();
  const truth = await openTruth(stack);
  const lateness = monitorEventLoopDelay({ resolution: 5 });
  try {
    const url = `${stack.url}/graphql`;
    const members = await friends(url, options.people);
    const signedIn = keepSignedIn(members);
    const seen = noRetries();
    const sights = createSights();
    const homes = await Promise.all(
      members.map(async (viewer) => ({ viewer, after: await liveCursorOf(viewer) })),
    );
    lateness.enable();
    const { record, stop: stopPosting } = letPost(members, { ...options, random, seen });
    const subscribers = homes.flatMap((home) =>
      Array.from({ length: options.streams }, () =>
        subscribe({
          ...home,
          url,
          record,
          nextCut: () => options.nextCut?.(random) ?? null,
          onCut: (phase) => options.onCut?.(phase),
          missedBy: missedIn(record, sights),
        }),
      ),
    );
    const judgeNow = () => {
      const lateMs = lateness.max / 1e6;
      return judge(truth.timeline, subscribers, { record, sights, graceMs: graceMs + lateMs });
    };
    /** What is missing when it takes too long is lost. What is logged between two looks is on its way. */
    async function settled(): Promise<Judged> {
      const giveUpAt = performance.now() + caughtUpWithinMs;
      for (let logged = -1; ; ) {
        const judged = await judgeNow();
        const isSettled = judged.missing.length === 0 && judged.logged === logged;
        if (isSettled || performance.now() > giveUpAt) return judged;
        ({ logged } = judged);
        await sleep(200);
      }
    }
    const caughtUp = async () => (await settled()).missing.length === 0;

    const pairs = pairsOf(members.slice(0, members.length * options.hidden));
    const hiding = letHide(pairs, { ...options, sights, truth, random, seen });
    await trouble({ stack, random, caughtUp });
    await hiding.stop();
    await stopPosting();
    await signedIn.stop();
    const judged = await settled();
    for (const each of subscribers) each.stop();
    const sum = (of: 'lost' | 'repeated') => subscribers.reduce((total, each) => total + each[of], 0);
    const ends = subscribers.flatMap((each) => each.ends);
    log(
      `${record.posts.length} posts, ${judged.told} events told to ${subscribers.length} subscribers, ${judged.untold} not told of ` +
        `what was hidden; ${hiding.times()} times somebody was; ${sum('lost')} connections lost besides, ${ends.length} streams ` +
        `ended by name, ${sum('repeated')} events came again; ${judged.afterHiding} came after they were hidden, said before, the last ${Math.round(judged.latestAfterHidingMs)} ms after`,
    );
    for (const end of new Set(ends)) log(`ended: ${end}`);
    return {
      wrong: [...judged.wrong, ...judged.missing, ...unlike(seen.failures)],
      figures: {
        posts: record.posts.length,
        told: judged.told,
        hidden: hiding.times(),
        lost: sum('lost'),
        ended: ends.length,
      },
    };
  } finally {
    lateness.disable();
    await truth.close();
    await stack.stop();
  }
}

/** People who all follow each other. */
async function friends(url: string, count: number): Promise<Member[]> {
  const members: Member[] = [];
  for (let from = 0; from < count; from += 4) {
    const names = Array.from({ length: Math.min(4, count - from) }, (_, index) => `friend${from + index}`);
    members.push(...Object.values(await signUpCast(url, names)));
  }
  await Promise.all(
    members.map(async (one) => {
      for (const other of members) if (other !== one) await one.follow(other);
    }),
  );
  return members;
}

/** Signs them in again and again, as long as it takes: whatever they would use for that may be down. */
function keepSignedIn(members: readonly Member[]): { stop(): Promise<void> } {
  const over = new AbortController();
  const { signal } = over;
  const rest = (ms: number) => sleep(ms, undefined, { signal }).catch(() => undefined);
  async function keep(member: Member): Promise<void> {
    let waitMs = signInEveryMs * (0.5 + Math.random() / 2);
    for (await rest(waitMs); !signal.aborted; await rest(waitMs)) {
      waitMs = await member.signInAgain().then(
        () => signInEveryMs,
        () => signInAgainAfterMs,
      );
    }
  }
  const everybody = Promise.all(members.map(keep));
  return {
    async stop() {
      over.abort();
      await everybody;
    },
  };
}

async function liveCursorOf(viewer: Member): Promise<string> {
  const { homeTimeline } = await viewer.ask<{ homeTimeline: { liveCursor: string } }>(
    '{ homeTimeline(first: 1) { liveCursor } }',
  );
  return homeTimeline.liveCursor;
}

function pairsOf(members: readonly Member[]): (readonly [Member, Member])[] {
  return members.flatMap((one, index) => {
    const other = members[index + 1];
    return other && index % 2 === 0 ? [[one, other] as const] : [];
  });
}

/** What was acknowledged, is surely for a viewer, and has not come to one of their streams. */
function missedIn(record: Record, sights: Sights) {
  return (viewer: Member, hasCome: (key: string) => boolean): Set<string> => {
    const nowMs = performance.now();
    const missed = record.posts
      .slice(-lookedBackAt)
      .filter(
        ({ acknowledgedAtMs, author, deletion, id, sentAtMs }) =>
          acknowledgedAtMs < nowMs - onItsWayMs &&
          !deletion &&
          (author === viewer || sights.isShownThroughout(viewer.id, author.id, sentAtMs, nowMs)) &&
          !hasCome(`added ${id}`),
      );
    return new Set(missed.map(({ id }) => `added ${id}`));
  };
}

function unlike(failures: readonly string[]): string[] {
  return failures.filter((failure) =>
    /INTERNAL_SERVER_ERROR|GRAPHQL_VALIDATION_FAILED|UNAUTHENTICATED/.test(failure),
  );
}
