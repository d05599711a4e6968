import { setTimeout as sleep } from 'node:timers/promises';
import type { Member } from '@murmuration/testing';
import { type Connection, connect, type Update } from './connection.ts';
import type { CutPlan, Phase } from './cut-plan.ts';
import { createPhaseWatch } from './phase-watch.ts';
import type { Record } from './said.ts';

/** An event that a subscriber took, named by what it says. */
export interface Taken {
  key: string;
  atMs: number;
}

/** One connection, as what it was to continue behind and what came, whether or not the client read it. */
export interface Stretch {
  /** Null where the subscriber began. */
  behind: string | null;
  keys: string[];
}

export interface Subscriber {
  viewer: Member;
  /** What it has after dropping what came again under a cursor already seen, in the order of arrival. */
  taken: Taken[];
  stretches: Stretch[];
  /** Events that came again. */
  repeated: number;
  /** Connections that the other side ended, and streams that ended by name. */
  lost: number;
  ends: string[];
  /** Everything that must not happen: resets, events without their content. */
  wrong: string[];
  stop(): void;
}

export interface SubscriberOptions {
  url: string;
  viewer: Member;
  after: string;
  record: Record;
  /** Where the next connection is cut; null for one that stays. */
  nextCut(): CutPlan | null;
  onCut(phase: Phase): void;
  /** What was acknowledged, is for this viewer, and has not come. */
  missedBy(viewer: Member, hasCome: (key: string) => boolean): Set<string>;
}

/** A cut that finds no frame of its phase happens anyway after so long, wherever the connection is. */
const patienceMs = 10_000;
const comeBackMs = 100;
/** Bad request, unauthorised, forbidden, expired, ended: whoever is told that was not cut but turned away. */
const refusals = new Set([4400, 4401, 4403, 4440, 4441]);
const rememberedCursors = 8;

/** Follows a home over one connection after the other, each behind what it remembers, and each cut by plan. */
export function subscribe(options: SubscriberOptions): Subscriber {
  const { nextCut, onCut, record, url, viewer } = options;
  const self = {
    viewer,
    taken: [] as Taken[],
    stretches: [] as Stretch[],
    repeated: 0,
    lost: 0,
    ends: [] as string[],
    wrong: [] as string[],
  };
  const keys = new Set<string>();
  const cursors = new Map<string, string>();
  let remembered: { cursor: string; key: string | null }[] = [{ cursor: options.after, key: null }];
  let connection: Connection | undefined;
  const over = new AbortController();

  function take({ cursor }: Update, key: string): void {
    if (cursors.has(cursor)) {
      self.repeated += 1;
      return;
    }
    cursors.set(cursor, key);
    keys.add(key);
    remembered = [...remembered.slice(1 - rememberedCursors), { cursor, key }];
    self.taken.push({ key, atMs: performance.now() });
  }

  /** Resolves once the connection has ended. */
  function run(plan: CutPlan | null): Promise<void> {
    const place = remembered.at(-1 - Math.min(plan?.forgotten ?? 0, remembered.length - 1));
    const stretch: Stretch = { behind: place?.key ?? null, keys: [] };
    self.stretches.push(stretch);
    return new Promise((resolve) => {
      const watch = createPhaseWatch(plan, {
        cut,
        missed: () => options.missedBy(viewer, (key) => keys.has(key)),
      });
      const patience = plan ? setTimeout(cut, patienceMs) : undefined;

      function cut(): void {
        finish();
        onCut(watch.phase());
        connection?.cut(plan?.kind ?? 'reset');
        resolve();
      }
      function finish(): void {
        clearTimeout(patience);
        watch.stop();
      }

      connection = connect(url, viewer.accessToken, place?.cursor ?? options.after, {
        onConnected: () => watch.step('connected'),
        onOpened() {
          watch.step('opened');
          setImmediate(() => watch.step('initialised'));
        },
        onAcknowledged: () => watch.step('acknowledged'),
        onSubscribed: () => watch.subscribed(),
        onUpdate(update) {
          const key = keyOf(update);
          if (key === null) return;
          const problem = problemOf(update);
          if (problem) self.wrong.push(`${viewer.handle}: ${problem}`);
          stretch.keys.push(key);
          const sentAtMs = record.byId.get(key.split(' ')[1] ?? '')?.sentAtMs;
          watch.update(key, sentAtMs, () => take(update, key));
        },
        onErrors(errors) {
          self.ends.push(JSON.stringify(errors));
          finish();
          connection?.cut('close');
          resolve();
        },
        onClosed(code) {
          if (refusals.has(code)) self.wrong.push(`${viewer.handle}: was turned away by ${code}`);
          self.lost += 1;
          finish();
          resolve();
        },
      });
    });
  }

  async function live(): Promise<void> {
    while (!over.signal.aborted) {
      const plan = nextCut();
      await sleep(plan?.awayMs ?? Math.random() * comeBackMs);
      if (!over.signal.aborted) await run(plan);
    }
  }
  void live();

  return Object.assign(self, {
    stop() {
      over.abort();
      connection?.cut('close');
    },
  });
}

/** What an event says; null for what is not judged here. */
function keyOf({ __typename, edge, postId }: Update): string | null {
  switch (__typename) {
    case 'PostAdded':
      return `added ${edge?.node?.id}`;
    case 'PostRemoved':
      return `removed ${postId}`;
    case 'Reset':
      return 'reset';
    default:
      return null;
  }
}

function problemOf(update: Update): string | undefined {
  const { __typename, edge } = update;
  if (__typename === 'Reset') return `was told to fetch again: ${JSON.stringify(update)}`;
  const isWhole = __typename !== 'PostAdded' || (edge?.node?.text && edge.node.author?.handle);
  return isWhole ? undefined : `an event without its content: ${JSON.stringify(update)}`;
}
