import { setTimeout as sleep } from 'node:timers/promises';
import type { FeedPosition } from '@murmuration/events';
import type { PostDatabase } from '@murmuration/prisma/post';
import { countReset, type Deliveries } from '@murmuration/service-kit/subgraph';
import type { PostLiveLimits } from './limits.ts';
import type { PlacedItem, Watcher } from './live-event.ts';
import { findNewestOf, findStanding, type OnScreen } from './on-screens.ts';
import { isShowing, type Screens } from './screens.ts';
import type { MayBeTold } from './sights.ts';

/** Whose posts may be hidden now, and from which viewers; null: from everybody. */
export type Hidden = ReadonlyMap<bigint, ReadonlySet<bigint> | null>;

/** Of which posts which viewers were told already that they are gone. */
export type ToldGone = Set<string>;

/** Takes posts off the screens of those who may not see them any more, as they are when it is called. */
export interface TakeOff {
  /** Looks at posts of some authors, on the screens of those from whom they may be hidden. */
  hidden(hidden: Hidden, told: ToldGone): Promise<void>;
  /**
   * Looks at all that is known to have been shown, step by step, until it is not wanted any more: posts that are watched by their
   * ids, and the roots of conversations.
   */
  everything(told: ToldGone, isWanted: () => boolean): Promise<void>;
  /**
   * Has those who watch conversations fetch them again, likewise. Which answers they have been shown is not known, and to name
   * one that they never saw would tell them of it.
   */
  fetchAgain(isWanted: () => boolean): Promise<void>;
}

export function createTakeOff(options: {
  database: PostDatabase;
  screens: Screens;
  deliveries: Pick<Deliveries<PlacedItem>, 'room' | 'send'>;
  maySee: MayBeTold;
  /** Where the log is; null while it is not followed. */
  position: () => FeedPosition | null;
  limits: PostLiveLimits;
}): TakeOff {
  const { database, deliveries, limits, maySee, position, screens } = options;

  async function look(
    posts: readonly OnScreen[],
    membersOf: (post: OnScreen) => readonly Watcher[],
    told: ToldGone,
  ): Promise<void> {
    for (const post of posts) {
      await deliveries.room();
      const at = position();
      if (!at) return;
      const ask = async (viewerIds: readonly bigint[]) => gone(post, await maySee(post, viewerIds), at, told);
      deliveries.send({ turnOf: post.authorId, ask }, membersOf(post));
    }
  }

  /** Once for each viewer from whom the post is hidden. */
  function gone(
    { id: postId, mentionedIds, visibility }: OnScreen,
    may: ReadonlyMap<bigint, boolean | Error>,
    at: FeedPosition,
    told: ToldGone,
  ): Map<bigint, PlacedItem | Error> {
    const items = new Map<bigint, PlacedItem | Error>();
    for (const [viewerId, sees] of may) {
      // They never saw it.
      if (visibility === 'mentioned' && !mentionedIds.includes(viewerId)) continue;
      const key = `${postId} ${viewerId}`;
      if (sees instanceof Error) items.set(viewerId, sees);
      else if (!sees && !told.has(key)) {
        if (told.size < limits.hiddenTold) told.add(key);
        items.set(viewerId, { type: 'PostDeleted', postId, at });
      }
    }
    return items;
  }

  async function fromEverybody(authorId: bigint, told: ToldGone): Promise<void> {
    for (const postIds of chunksOf(screens.watchedOf(authorId), limits.hiddenPosts))
      await look(await findStanding(database, postIds), screens.showing, told);
    if (!screens.hasThreads()) return;
    const newest = await findNewestOf(database, authorId, limits.hiddenPosts);
    // Those that are watched by their ids have been looked at.
    const others = newest.filter(({ id }) => screens.watching(id).size === 0);
    await look(others, screens.showing, told);
  }

  async function fromSome(authorId: bigint, viewerIds: Iterable<bigint>, told: ToldGone): Promise<void> {
    const members = [...viewerIds].flatMap((viewerId) => [...screens.ofViewer(viewerId)]);
    if (members.length === 0) return;
    const postIds = members.flatMap(({ subject }) =>
      subject.kind === 'posts' ? subject.shown.filter((post) => post.authorId === authorId) : [],
    );
    const isInThreads = members.some(({ subject }) => subject.kind === 'thread');
    const found = await Promise.all([
      findStanding(database, [...new Set(postIds.map(({ id }) => id))]),
      isInThreads ? findNewestOf(database, authorId, limits.hiddenPosts) : [],
    ]);
    const posts = new Map(found.flat().map((post) => [post.id, post]));
    await look([...posts.values()], (post) => members.filter((member) => isShowing(member, post)), told);
  }

  return {
    async hidden(hidden, told) {
      for (const [authorId, viewerIds] of hidden)
        await (viewerIds ? fromSome(authorId, viewerIds, told) : fromEverybody(authorId, told));
    },
    async everything(told, isWanted) {
      for (const ids of [screens.watched(), screens.roots()]) {
        await inSteps(ids, limits.sweptPosts, isWanted, async (postIds) =>
          look(await findStanding(database, postIds), screens.showing, told),
        );
      }
    },
    fetchAgain: (isWanted) =>
      inSteps(screens.roots(), limits.sweptThreads, isWanted, async (rootIds) => {
        for (const rootId of rootIds) {
          await deliveries.room();
          const at = position();
          if (!at) return;
          const members = screens.inThread(rootId);
          for (const _ of members) countReset('REBUILT');
          const ask = async (viewerIds: readonly bigint[]) =>
            new Map(
              viewerIds.map((id): [bigint, PlacedItem] => [id, { type: 'Reset', reason: 'REBUILT', at }]),
            );
          deliveries.send({ turnOf: rootId, ask }, members);
        }
      }),
  };

  async function inSteps(
    ids: Iterable<bigint>,
    count: number,
    isWanted: () => boolean,
    step: (ids: bigint[]) => Promise<void>,
  ): Promise<void> {
    for (const some of chunksOf(ids, count)) {
      if (!isWanted()) return;
      await step(some);
      await sleep(limits.sweepPauseMs, undefined, { ref: false });
    }
  }
}

/** Taken one after the other while they are gone through: never all at once. */
function* chunksOf(ids: Iterable<bigint>, count: number): Generator<bigint[]> {
  let chunk: bigint[] = [];
  for (const id of ids) {
    chunk.push(id);
    if (chunk.length < count) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
