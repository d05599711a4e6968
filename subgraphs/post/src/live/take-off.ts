import { setTimeout as sleep } from 'node:timers/promises';
import type { FeedPosition } from '@murmuration/events';
import type { PostDatabase } from '@murmuration/prisma/post';
import { maySeePost, type Relation } from '@murmuration/relationships';
import { countReset, type Deliveries } from '@murmuration/service-kit/subgraph';
import { type HeardHiding, hidingsByViewer, wasShown } from './hiding.ts';
import type { PostLiveLimits } from './limits.ts';
import type { PlacedItem, Watcher } from './live-event.ts';
import { findNewestOf, findStanding, type OnScreen } from './on-screens.ts';
import { isShowing, type Screens, shownOn } from './screens.ts';
import { type PostSights, viewerOf } from './sights.ts';

/** What may hide posts, in the order in which it was heard, by whose they are. */
export type Hidden = ReadonlyMap<bigint, readonly HeardHiding[]>;

/** Of which posts which viewers were told already that they are gone. */
export type ToldGone = Set<string>;

/**
 * Takes posts off the screens of those who may not see them any more, as they are when it is called. What somebody was never
 * shown is not named to them, for that would tell them of it: it is named to whom it certainly was shown, and to who watches
 * its conversation if it was there for them until it was hidden.
 */
export interface TakeOff {
  /** Looks at posts of some authors, on the screens of those from whom they may be hidden. */
  hidden(hidden: Hidden, told: ToldGone): Promise<void>;
  /** Looks at all that was certainly shown, step by step, until it is not wanted any more. */
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
  relationsTo: PostSights['relationsTo'];
  /** Where the log is; null while it is not followed. */
  position: () => FeedPosition | null;
  limits: PostLiveLimits;
}): TakeOff {
  const { database, deliveries, limits, position, relationsTo, screens } = options;

  async function look(
    posts: readonly OnScreen[],
    membersOf: (post: OnScreen) => readonly Watcher[],
    hidings: readonly HeardHiding[],
    told: ToldGone,
  ): Promise<void> {
    const hidingsOf = hidingsByViewer(hidings);
    for (const post of posts) {
      await deliveries.room();
      const at = position();
      if (!at) return;
      const isKnownTo = new Set(screens.shown(post.id).map(({ viewerId }) => viewerId));
      const ask = async (viewerIds: readonly bigint[]) => {
        const relationOf = await relationsTo(post.authorId, viewerIds);
        const wasThereFor = (viewerId: bigint, relation: Relation) =>
          isKnownTo.has(viewerId) || wasShown(post, viewerId, relation, hidingsOf(viewerId));
        return gone(post, viewerIds, relationOf, wasThereFor, at, told);
      };
      deliveries.send({ turnOf: post.authorId, ask }, membersOf(post));
    }
  }

  /** Once for each viewer from whom the post is hidden. */
  function gone(
    post: OnScreen,
    viewerIds: readonly bigint[],
    relationOf: (viewerId: bigint) => Relation | Error,
    wasThereFor: (viewerId: bigint, relation: Relation) => boolean,
    at: FeedPosition,
    told: ToldGone,
  ): Map<bigint, PlacedItem | Error> {
    const items = new Map<bigint, PlacedItem | Error>();
    for (const viewerId of viewerIds) {
      const key = `${post.id} ${viewerId}`;
      const relation = relationOf(viewerId);
      if (relation instanceof Error) items.set(viewerId, relation);
      else if (
        !maySeePost(viewerOf(viewerId), relation, post) &&
        wasThereFor(viewerId, relation) &&
        !told.has(key)
      ) {
        if (told.size < limits.hiddenTold) told.add(key);
        items.set(viewerId, { type: 'PostDeleted', postId: post.id, at });
      }
    }
    return items;
  }

  async function fromEverybody(
    authorId: bigint,
    hidings: readonly HeardHiding[],
    told: ToldGone,
  ): Promise<void> {
    for (const postIds of chunksOf(screens.shownOf(authorId), limits.hiddenPosts))
      await look(await findStanding(database, postIds), screens.showing, hidings, told);
    if (!screens.hasThreads()) return;
    const newest = await findNewestOf(database, authorId, limits.hiddenPosts);
    const alreadyLookedAt = screens.shownOf(authorId);
    const others = newest.filter(({ id }) => !alreadyLookedAt.has(id));
    await look(others, screens.showing, hidings, told);
  }

  async function fromSome(
    authorId: bigint,
    viewerIds: ReadonlySet<bigint>,
    hidings: readonly HeardHiding[],
    told: ToldGone,
  ): Promise<void> {
    const members = [...viewerIds].flatMap((viewerId) => [...screens.ofViewer(viewerId)]);
    if (members.length === 0) return;
    const postIds = members.flatMap((member) => shownOn(member).filter((post) => post.authorId === authorId));
    const isInThreads = members.some(({ subject }) => subject.kind === 'thread');
    const found = await Promise.all([
      findStanding(database, [...new Set(postIds.map(({ id }) => id))]),
      isInThreads ? findNewestOf(database, authorId, limits.hiddenPosts) : [],
    ]);
    const posts = new Map(found.flat().map((post) => [post.id, post]));
    const showing = (post: OnScreen) => members.filter((member) => isShowing(member, post));
    await look([...posts.values()], showing, hidings, told);
  }

  return {
    async hidden(hidden, told) {
      for (const [authorId, hidings] of hidden) {
        const from = new Set(hidings.map(({ viewerId }) => viewerId));
        await (isOfSome(from)
          ? fromSome(authorId, from, hidings, told)
          : fromEverybody(authorId, hidings, told));
      }
    },
    everything: (told, isWanted) =>
      inSteps(screens.allShown(), limits.sweptPosts, isWanted, async (postIds) =>
        look(await findStanding(database, postIds), ({ id }) => screens.shown(id), [], told),
      ),
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

function isOfSome(viewerIds: ReadonlySet<bigint | null>): viewerIds is ReadonlySet<bigint> {
  return !viewerIds.has(null);
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
