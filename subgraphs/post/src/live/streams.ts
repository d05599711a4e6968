import type { InternalKey } from '@murmuration/config';
import { createOutboxStreams, type Feed, type LoggedChange, type OutboxStreams } from '@murmuration/events';
import type { PostDatabase } from '@murmuration/prisma/post';
import type { Logger } from '@murmuration/service-kit';
import { createDeliveries } from '@murmuration/service-kit/subgraph';
import { type DetailedPost, findDetailedPosts } from '../posts/repository.ts';
import { type Change, postTopic, readChange, type Said } from './change.ts';
import { createCountsWatch } from './counts.ts';
import { createHidingWatch, goneKey, type ToldGone } from './hidings.ts';
import type { PostRow } from '../posts/post.ts';
import type { PostLiveLimits } from './limits.ts';
import type { LiveItem, PlacedItem, Subject, Watcher } from './live-event.ts';
import type { SignAudience } from './audience.ts';
import { findOnScreens } from './on-screens.ts';
import type { MayBeTold, PostSights } from './sights.ts';

/** Streams of posts and threads, from this subgraph's own outbox. */
export function createPostStreams(options: {
  database: PostDatabase;
  feed: Pick<Feed, 'read' | 'head'>;
  keys: readonly [InternalKey, ...InternalKey[]];
  sights: PostSights;
  /** That of `user`, which tells what hides people from each other; without it streams hear of no such thing. */
  hidings?: Pick<Feed, 'read' | 'head'> | undefined;
  /** Says whom an event is for, to who completes it for many. */
  sign: SignAudience;
  limits: PostLiveLimits;
  logger: Logger;
}): OutboxStreams<LiveItem, Subject> {
  const { database, limits, logger, sights, sign } = options;
  const { mayBeTold, maySee } = sights;
  const deliveries = createDeliveries<PlacedItem>({ limits, shows: ({ type }) => type !== 'PostDeleted' });
  /** Who watches the counts of a post. */
  const watchers = new Map<bigint, Set<Watcher>>();
  const readPosts = (postIds: readonly bigint[]) => findDetailedPosts(database, null, postIds);
  const counts = createCountsWatch({
    read: readPosts,
    position: () => streams.position(),
    onCounts: tellCounts,
    everyMs: limits.countsEveryMs,
    logger,
  });
  const hiding =
    options.hidings && createHidingWatch({ feed: options.hidings, onHiding: tellHidden, limits, logger });
  const streams = createOutboxStreams<Change, LiveItem, Subject>({
    ...options,
    read: readChange,
    tell,
    onBegin,
    onEnd,
    isStillTold,
  });

  function tell({ change, place }: LoggedChange<Change>, members: readonly Watcher[]): void {
    const { counted, said } = change;
    counts.changed(counted.filter((postId) => watchers.has(postId)));
    if (!said || (!said.isReply && !said.isDeleted)) return;
    const concerned = members.filter((member) => isAbout(member, said));
    const read = said.isDeleted ? null : onceRead(said.postId);
    const ask = async (viewerIds: readonly bigint[]) => {
      const post = await read?.();
      // It was deleted since: that is an event of its own.
      if (read && (!post || post.isDeleted)) return new Map<bigint, PlacedItem>();
      return itemsFor(said, viewerIds, {
        at: place,
        ...(post
          ? { type: 'ReplyAdded', post, audience: await audienceOf(post, viewerIds) }
          : { type: 'PostDeleted', postId: said.postId }),
      });
    };
    deliveries.send({ turnOf: said.authorId, ask }, concerned);
  }

  /** The item for each viewer who may be told. */
  async function itemsFor(
    post: Parameters<MayBeTold>[0],
    viewerIds: readonly bigint[],
    item: PlacedItem,
  ): Promise<Map<bigint, PlacedItem | Error>> {
    const told = await mayBeTold(post, viewerIds);
    return new Map(
      [...told].flatMap(([viewerId, may]) => (may ? [[viewerId, may instanceof Error ? may : item]] : [])),
    );
  }

  /** What one alone is told is read as that one. */
  async function audienceOf(post: DetailedPost, viewerIds: readonly bigint[]): Promise<string | undefined> {
    return viewerIds.length > 1 ? sign(post) : undefined;
  }

  /** Read for the first who is told, and read again only when that failed. */
  function onceRead(postId: bigint): () => Promise<DetailedPost | undefined> {
    let known: DetailedPost | undefined;
    return async () => (known ??= (await readPosts([postId]))[0]);
  }

  function tellCounts(post: DetailedPost, at: PlacedItem['at'] | null): void {
    if (!at || post.isDeleted) return;
    const ask = async (viewerIds: readonly bigint[]) => {
      const audience = await audienceOf(post, viewerIds);
      const items = await itemsFor(post, viewerIds, { type: 'CountsChanged', post, audience, at });
      const known = [...items].filter(([, item]) => !(item instanceof Error));
      // Counts may be left out, and nothing waits for them; they are told once somebody can tell whom.
      if (known.length < items.size) counts.changed([post.id]);
      return new Map(known);
    };
    deliveries.send({ turnOf: post.authorId, ask }, [...(watchers.get(post.id) ?? [])]);
  }

  /** Whoever may not see the author's posts any more is told that those on their screen are not there. */
  function tellHidden(authorId: bigint, members: readonly Watcher[], told: ToldGone): void {
    hide(authorId, members, told).catch((error: unknown) =>
      logger.warn({ err: error }, 'posts could not be taken off the screens of whom they are hidden from'),
    );
  }

  async function hide(authorId: bigint, members: readonly Watcher[], told: ToldGone): Promise<void> {
    const rootIds = new Set<bigint>();
    const postIds = new Set<bigint>();
    for (const { subject } of members) {
      if (subject.kind === 'thread') rootIds.add(subject.rootId);
      else for (const post of subject.shown) if (post.authorId === authorId) postIds.add(post.id);
    }
    if (rootIds.size + postIds.size === 0) return;
    const limit = limits.hiddenPosts;
    const asked = { postIds: [...postIds], rootIds: [...rootIds], limit };
    const posts = await findOnScreens(database, authorId, asked);
    const at = streams.position();
    if (!at) return;
    for (const post of posts) {
      const ask = async (viewerIds: readonly bigint[]) => {
        const may = await maySee(post, viewerIds);
        const gone = { type: 'PostDeleted' as const, postId: post.id, at };
        const items = new Map<bigint, PlacedItem | Error>();
        for (const [viewerId, sees] of may) {
          if (sees instanceof Error) items.set(viewerId, sees);
          else if (!sees && !told.has(goneKey(post.id, viewerId))) {
            told.add(goneKey(post.id, viewerId));
            items.set(viewerId, gone);
          }
        }
        return items;
      };
      deliveries.send(
        { turnOf: authorId, ask },
        members.filter((member) => isOnScreenOf(member, post)),
      );
    }
  }

  async function isStillTold(item: PlacedItem, { viewerId }: Watcher): Promise<boolean> {
    if (item.type !== 'ReplyAdded' && item.type !== 'CountsChanged') return true;
    const [post] = await readPosts([item.post.id]);
    if (!post || post.isDeleted) return false;
    const may = (await mayBeTold(post, [viewerId])).get(viewerId) ?? false;
    if (may instanceof Error) throw may;
    return may;
  }

  function onBegin(member: Watcher, at: PlacedItem['at']): void {
    const { subject } = member;
    hiding?.begin(member);
    if (subject.kind !== 'posts') return;
    for (const postId of subject.gone) member.queue.push({ type: 'PostDeleted', postId, at });
    for (const { id } of subject.shown) watchers.set(id, (watchers.get(id) ?? new Set()).add(member));
    // What changed while nobody listened was gathered for nobody.
    counts.changed(subject.shown.map(({ id }) => id));
  }

  function onEnd(member: Watcher): void {
    deliveries.withdraw(member);
    hiding?.end(member);
    if (member.subject.kind !== 'posts') return;
    for (const { id } of member.subject.shown) {
      const found = watchers.get(id);
      found?.delete(member);
      if (found?.size === 0) watchers.delete(id);
    }
  }

  return {
    ...streams,
    async stop() {
      counts.stop();
      deliveries.stop();
      await Promise.all([hiding?.stop(), streams.stop()]);
    },
  };
}

/** Others are here for what it did to a count. */
function isAbout({ subject, topics }: Watcher, { isDeleted, postId }: Said): boolean {
  return subject.kind === 'thread' || (isDeleted && topics.includes(postTopic(postId)));
}

function isOnScreenOf({ subject }: Watcher, { id, rootId }: Pick<PostRow, 'id' | 'rootId'>): boolean {
  if (subject.kind === 'thread') return subject.rootId === rootId;
  return subject.shown.some((post) => post.id === id);
}
