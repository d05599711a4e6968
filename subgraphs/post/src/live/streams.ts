import type { InternalKey } from '@murmuration/config';
import {
  createOutboxStreams,
  type Feed,
  type FeedPosition,
  type LoggedChange,
  type OutboxStreams,
} from '@murmuration/events';
import type { PostDatabase } from '@murmuration/prisma/post';
import type { Logger } from '@murmuration/service-kit';
import { createDeliveries, tooManyStreams } from '@murmuration/service-kit/subgraph';
import { type DetailedPost, findDetailedPosts } from '../posts/repository.ts';
import { findOptions } from '../polls/repository.ts';
import { type Change, postTopic, readChange, type Said } from './change.ts';
import { createCountsWatch } from './counts.ts';
import { createHidingWatch } from './hidings.ts';
import type { PostLiveLimits } from './limits.ts';
import type { LiveItem, PlacedItem, Subject, Watcher } from './live-event.ts';
import type { SignAudience } from './audience.ts';
import { createScreens } from './screens.ts';
import type { MayBeTold, PostSights } from './sights.ts';
import { createTakeOff } from './take-off.ts';

interface ReadPost {
  post: DetailedPost | undefined;
  pollOptions: readonly string[];
}

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
  const { mayBeTold, mayMeet, relationsTo } = sights;
  const deliveries = createDeliveries<PlacedItem>({ limits, shows: ({ type }) => type !== 'PostDeleted' });
  const screens = createScreens();
  let publicStreams = 0;
  const position = () => streams.position();
  const readPosts = (postIds: readonly bigint[]) => findDetailedPosts(database, null, postIds);
  const counts = createCountsWatch({
    read: readPosts,
    position,
    onCounts: tellCounts,
    everyMs: limits.countsEveryMs,
    logger,
  });
  const takeOff = createTakeOff({ database, screens, deliveries, relationsTo, position, limits });
  const hiding = options.hidings && createHidingWatch({ feed: options.hidings, takeOff, limits, logger });
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
    counts.changed(counted.filter((postId) => screens.watching(postId).size > 0));
    if (!said) return;
    if (said.isDeleted) return tellEnd(said, place, members);
    const read = onceRead(said);
    if (said.isReply) tellSaid(said, 'ReplyAdded', place, read, members.filter(isOfThread));
    tellSaid(said, 'PublicPostAdded', place, read, members.filter(isOfPublic));
  }

  function tellEnd(said: Said, at: FeedPosition, members: readonly Watcher[]): void {
    const ask = (viewerIds: readonly bigint[]) =>
      itemsFor(mayBeTold(said, viewerIds), { at, type: 'PostDeleted', postId: said.postId });
    // Others are here for what it did to a count.
    const concerned = members.filter(
      (member) => isOfThread(member) || member.topics.includes(postTopic(said.postId)),
    );
    deliveries.send({ turnOf: said.authorId, ask }, concerned);
  }

  function tellSaid(
    { authorId }: Said,
    type: 'ReplyAdded' | 'PublicPostAdded',
    at: FeedPosition,
    read: () => Promise<ReadPost>,
    members: readonly Watcher[],
  ): void {
    const ask = async (viewerIds: readonly bigint[]) => {
      const { pollOptions, post } = await read();
      // It was deleted since: that is an event of its own.
      if (!post || post.isDeleted) return new Map<bigint, PlacedItem>();
      const audience = await audienceOf(post, viewerIds);
      if (type === 'ReplyAdded') return itemsFor(mayBeTold(post, viewerIds), { at, type, post, audience });
      const may = mayMeet({ ...post, pollOptions }, viewerIds);
      return itemsFor(may, { at, type, post, pollOptions, audience });
    };
    deliveries.send({ turnOf: authorId, ask }, members);
  }

  /** The item for each viewer who may be told. */
  async function itemsFor(
    asked: ReturnType<MayBeTold>,
    item: PlacedItem,
  ): Promise<Map<bigint, PlacedItem | Error>> {
    return new Map(
      [...(await asked)].flatMap(([viewerId, may]) =>
        may ? [[viewerId, may instanceof Error ? may : item]] : [],
      ),
    );
  }

  /** What one alone is told is read as that one. */
  async function audienceOf(post: DetailedPost, viewerIds: readonly bigint[]): Promise<string | undefined> {
    return viewerIds.length > 1 ? sign(post) : undefined;
  }

  /** Read for the first who is told, and read again only when that failed. */
  function onceRead({ isAsking, postId }: Said): () => Promise<ReadPost> {
    let known: ReadPost | undefined;
    return async () => {
      if (known) return known;
      const [[post], pollOptions] = await Promise.all([
        readPosts([postId]),
        isAsking ? findOptions(database, postId) : [],
      ]);
      const read = { post, pollOptions };
      if (post) known = read;
      return read;
    };
  }

  function tellCounts(post: DetailedPost, at: PlacedItem['at'] | null): void {
    if (!at || post.isDeleted) return;
    const ask = async (viewerIds: readonly bigint[]) => {
      const audience = await audienceOf(post, viewerIds);
      const items = await itemsFor(mayBeTold(post, viewerIds), { type: 'CountsChanged', post, audience, at });
      const known = [...items].filter(([, item]) => !(item instanceof Error));
      // Counts may be left out, and nothing waits for them; they are told once somebody can tell whom.
      if (known.length < items.size) counts.changed([post.id]);
      return new Map(known);
    };
    deliveries.send({ turnOf: post.authorId, ask }, [...screens.watching(post.id)]);
  }

  async function isStillTold(item: PlacedItem, { viewerId }: Watcher): Promise<boolean> {
    if (!('post' in item)) return true;
    const [post] = await readPosts([item.post.id]);
    if (!post || post.isDeleted) return false;
    const asked =
      item.type === 'PublicPostAdded'
        ? mayMeet({ ...post, pollOptions: item.pollOptions }, [viewerId])
        : mayBeTold(post, [viewerId]);
    const may = (await asked).get(viewerId) ?? false;
    if (may instanceof Error) throw may;
    return may;
  }

  function onBegin(member: Watcher, at: PlacedItem['at']): void {
    const { subject } = member;
    screens.add(member);
    hiding?.begin();
    if (subject.kind === 'public') publicStreams++;
    if (subject.kind !== 'posts') return;
    for (const postId of subject.gone) member.queue.push({ type: 'PostDeleted', postId, at });
    // What changed while nobody listened was gathered for nobody.
    counts.changed(subject.shown.map(({ id }) => id));
  }

  function onEnd(member: Watcher): void {
    deliveries.withdraw(member);
    screens.remove(member);
    hiding?.end();
    if (member.subject.kind === 'public') publicStreams--;
  }

  return {
    ...streams,
    open(request) {
      if (request.subject.kind === 'public' && publicStreams >= limits.publicStreams) throw tooManyStreams();
      return streams.open(request);
    },
    async stop() {
      counts.stop();
      deliveries.stop();
      await Promise.all([hiding?.stop(), streams.stop()]);
    },
  };
}

function isOfThread({ subject }: Watcher): boolean {
  return subject.kind === 'thread';
}

function isOfPublic({ subject }: Watcher): boolean {
  return subject.kind === 'public';
}
