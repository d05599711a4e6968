import { setTimeout as sleep } from 'node:timers/promises';
import { createFollower, type Feed, type Follower } from '@murmuration/events';
import type { Logger } from '@murmuration/service-kit';
import { type HeardHiding, type Hiding, readHiding } from './hiding.ts';
import type { PostLiveLimits } from './limits.ts';
import type { Hidden, TakeOff, ToldGone } from './take-off.ts';

/** Hears, while streams are open, of what may hide somebody's posts from their viewers. */
export interface HidingWatch {
  /** A stream was opened. */
  begin(): void;
  /** One has ended. */
  end(): void;
  stop(): Promise<void>;
}

/**
 * Follows the feed of `user` while somebody watches posts. What hides a post is no event of this subgraph, and who may see
 * it is asked as ever: soon, and once more when no relation that was read before is believed any more. Whose streams it
 * concerns is found when it is asked, not when it is heard: one may begin in between with what it was shown before.
 *
 * Of what happened before the head was known, in another life of that feed, or faster than it can be looked at one by one,
 * nothing is heard: then what is known to be on screens is looked at once again, and but for the first conversations are fetched anew.
 */
export function createHidingWatch(options: {
  feed: Pick<Feed, 'read' | 'head'>;
  takeOff: TakeOff;
  limits: PostLiveLimits;
  logger: Logger;
}): HidingWatch {
  const { limits, logger, takeOff } = options;
  const stopping = new AbortController();
  let gathered = new Map<bigint, HeardHiding[]>();
  let pairs = 0;
  let gathering: Promise<void> | undefined;
  let lastLook = Promise.resolve();
  let sweepAskedAtMs = -Infinity;
  /** What hid posts in conversations may have been missed since these were fetched again. */
  let isMissed = false;
  let sweeping: Promise<void> | undefined;
  let streams = 0;
  let follower: Follower<readonly Hiding[]> | undefined;
  let lingering: NodeJS.Timeout | undefined;

  /** @throws once it is stopped */
  const rest = (ms: number) => sleep(ms, undefined, { ref: false, signal: stopping.signal });

  function gather(hiding: HeardHiding): void {
    pairs++;
    gathering ??= lookSoon().catch(ignore);
    if (pairs > limits.hiddenPairs) {
      gathered.clear();
      return lookAtEverything(true);
    }
    const known = gathered.get(hiding.authorId);
    if (known) known.push(hiding);
    else gathered.set(hiding.authorId, [hiding]);
  }

  async function lookSoon(): Promise<void> {
    try {
      while (pairs > 0) {
        await rest(limits.hiddenSoonMs);
        const hidden = gathered;
        gathered = new Map();
        pairs = 0;
        const told: ToldGone = new Set();
        await lookAt(hidden, told);
        void rest(limits.hiddenSurelyMs).then(() => lookAt(hidden, told), ignore);
      }
    } finally {
      gathering = undefined;
    }
  }

  /** One look after the other. */
  function lookAt(hidden: Hidden, told: ToldGone): Promise<void> {
    lastLook = lastLook
      .then(() => takeOff.hidden(hidden, told))
      .catch((error: unknown) => {
        logger.warn({ err: error }, 'posts could not be taken off the screens of whom they are hidden from');
        lookAtEverything(true);
      });
    return lastLook;
  }

  function lookAtEverything(isAnythingMissed: boolean): void {
    isMissed ||= isAnythingMissed;
    sweepAskedAtMs = performance.now();
    sweeping ??= sweep().catch(ignore);
  }

  async function sweep(): Promise<void> {
    try {
      for (let askedAtMs = -Infinity; askedAtMs < sweepAskedAtMs; ) {
        askedAtMs = sweepAskedAtMs;
        const told: ToldGone = new Set();
        for (const waitMs of [limits.hiddenSoonMs, limits.hiddenSurelyMs]) {
          await rest(waitMs);
          await untilDone(() => takeOff.everything(told, isGoingOn));
        }
        // As late: what is fetched now is judged by nothing of before.
        if (!isMissed) continue;
        isMissed = false;
        await untilDone(() => takeOff.fetchAgain(isGoingOn));
      }
    } finally {
      sweeping = undefined;
    }
  }

  const isGoingOn = () => !stopping.signal.aborted;

  async function untilDone(step: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await step();
      } catch (error) {
        logger.warn({ err: error }, 'what is on screens could not be looked at; it is looked at again');
        await rest(limits.hiddenRetryMs);
      }
    }
  }

  async function leave(): Promise<void> {
    clearTimeout(lingering);
    const ending = follower;
    follower = undefined;
    await ending?.stop();
  }

  return {
    begin() {
      clearTimeout(lingering);
      streams++;
      follower ??= createFollower<readonly Hiding[]>({
        ...options,
        // Nobody is told what they missed: what is there is looked at.
        limits: { ...limits, windowChanges: 1, retryMs: limits.hiddenRetryMs },
        read: readHiding,
        onChange({ change, place }) {
          for (const hiding of change) gather({ ...hiding, eventId: place.id });
        },
        onBegin: (_at, isAnew) => lookAtEverything(isAnew),
      });
    },
    end() {
      if (--streams > 0) return;
      clearTimeout(lingering);
      lingering = setTimeout(() => void leave(), limits.lingerMs).unref();
    },
    async stop() {
      stopping.abort();
      await leave();
      await Promise.all([gathering, sweeping, lastLook]);
    },
  };
}

function ignore(): void {}
