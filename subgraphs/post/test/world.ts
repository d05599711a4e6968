import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFeed, type EventType } from '@murmuration/events';
import { createPostDatabase } from '@murmuration/prisma/post';
import { encodeId, idAt } from '@murmuration/ids';
import {
  handlesPath,
  maySeeProfile,
  type MutedWordsRequest,
  mutedWordsPath,
  type Relation,
  relationBits,
  relationshipsPath,
  viewerRelationsPath,
} from '@murmuration/relationships';
import {
  createLogger,
  createRedisCache,
  type Identity,
  type InternalRequest,
} from '@murmuration/service-kit';
import type { Standing } from '@murmuration/service-kit/rate-limit';
import { createRequestContext } from '@murmuration/service-kit/subgraph';
import { createTestDatabase, createTestRedis, listenTo, redisPatience } from '@murmuration/testing';
import pg from 'pg';
import { type PostLiveLimits, postLiveLimits } from '../src/live/limits.ts';
import type { PostingSettings } from '../src/posts/limits.ts';
import { createPostSubgraph } from '../src/server.ts';

export const cast = { alice: 1n, bob: 2n, carol: 3n, dave: 4n } as const;
export type Name = keyof typeof cast;

/** What a client would get: the data, and the code of each top-level error. */
export interface Answer {
  data: unknown;
  codes: string[];
  /** Where the mutation wrote. */
  position?: string | undefined;
  /** How who asked stands with limits that the operation met. */
  rateLimits?: Record<string, Standing> | undefined;
}

/** A part of an answer, by the names that lead to it. */
export function at(answer: Answer, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], answer.data);
}

/** Who is what to whom, and whether `user` answers: all that this subgraph ever learns of people. */
export function createPeople() {
  const relations = new Map<string, Relation>();
  const mutedWords = new Map<string, string>();
  const mutedThreads = new Map<string, string>();
  const people = {
    isAway: false,
    calls: 0,
    /** Sets bits of what an author is to a viewer; `null` is the anonymous reader. */
    relate(viewer: Name | null, author: Name, ...bits: (keyof typeof relationBits)[]) {
      const value = bits.reduce((sum, bit) => sum | relationBits[bit], 0);
      relations.set(`${viewer === null ? null : cast[viewer]} ${cast[author]}`, value);
    },
    block(blocker: Name, blocked: Name) {
      people.relate(blocker, blocked, 'viewerBlocks');
      people.relate(blocked, blocker, 'blocksViewer');
    },
    makePrivate(author: Name, ...followers: Name[]) {
      for (const viewer of [null, ...(Object.keys(cast) as Name[])]) {
        const isFollower = viewer !== null && followers.includes(viewer);
        if (viewer === author) continue;
        people.relate(viewer, author, 'authorPrivate', ...(isFollower ? (['viewerFollows'] as const) : []));
      }
    },
    /** As `timeline` would know it. */
    muteThread: (viewer: Name, rootId: string) => mutedThreads.set(String(cast[viewer]), rootId),
    muteWord: (viewer: Name, word: string) => mutedWords.set(String(cast[viewer]), word),
    clear() {
      relations.clear();
      mutedWords.clear();
      mutedThreads.clear();
    },
    async call<T>({ path, body }: InternalRequest): Promise<T> {
      people.calls += 1;
      if (people.isAway) throw new Error('connection refused');
      return (path === handlesPath ? handles(body) : answerRelations(path, body)) as T;
    },
  };

  function handles(body: unknown) {
    const { handles, viewerId } = body as { handles: string[]; viewerId: string | null };
    const existing = (handle: string) => {
      if (!(handle in cast)) return null;
      const id = String(cast[handle as Name]);
      return maySeeProfile(relations.get(`${viewerId} ${id}`) ?? 0) ? { id } : null;
    };
    return { users: handles.map(existing) };
  }

  function answerRelations(path: string, body: unknown) {
    if (path === viewerRelationsPath) {
      const { authorId, viewerIds } = body as { authorId: string; viewerIds: string[] };
      return {
        relations: viewerIds.map((viewerId) => relations.get(`${viewerId} ${authorId}`) ?? 0),
        generation: null,
      };
    }
    if (path === mutedWordsPath) {
      const { rootId, text, viewerIds } = body as MutedWordsRequest;
      const mutes = (viewerId: string) =>
        text.includes(mutedWords.get(viewerId) ?? text + text) || mutedThreads.get(viewerId) === rootId;
      return { viewerIds: viewerIds.filter(mutes) };
    }
    if (path !== relationshipsPath) throw new Error(`no such path: ${path}`);
    const { viewerId, authorIds } = body as { viewerId: string | null; authorIds: string[] };
    return { relations: authorIds.map((authorId) => relations.get(`${viewerId} ${authorId}`) ?? 0) };
  }
  return people;
}

/** What the outbox of `user` says, as it comes by its feed. */
export function createUserFeed() {
  const events: { type: string; payload: unknown; cursor: string }[] = [];
  let wake = Promise.withResolvers<void>();
  let head = Promise.resolve();
  let isRestored = false;
  const cursorOf = (place: number, id: bigint) =>
    Buffer.from(`f1.${'0'.repeat(16)}.${place}.${id}`).toString('base64url');
  const end = () => events.at(-1)?.cursor ?? cursorOf(0, 0n);
  const feed: NonNullable<Parameters<typeof createPostSubgraph>[0]['hidings']> = {
    async head() {
      await head;
      return end();
    },
    async read({ after, signal }) {
      const from = events.findLastIndex(({ cursor }) => cursor === after) + 1;
      const left = new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
      if (events.length === from && !isRestored && !signal?.aborted) await Promise.race([wake.promise, left]);
      if (isRestored) {
        isRestored = false;
        return { status: 'reset', because: 'another incarnation' };
      }
      return { status: 'page', events: events.slice(from) as never, cursor: end() };
    },
  };
  function wakeUp() {
    wake.resolve();
    wake = Promise.withResolvers();
  }
  return {
    feed,
    tell(type: EventType, payload: unknown) {
      // Behind all that was said before: numbers of one millisecond say nothing of their order.
      events.push({ type, payload, cursor: cursorOf(events.length + 1, idAt(Date.now() + 1)) });
      wakeUp();
    },
    /** Its head is not known until what this returns is called. */
    holdHead(): () => void {
      const { promise, resolve } = Promise.withResolvers<void>();
      head = promise;
      return resolve;
    },
    /** It becomes another one: whoever follows it is told so, once. */
    restore() {
      isRestored = true;
      wakeUp();
    },
  };
}

interface Problem {
  __typename: string;
  field?: string;
}

const problem = '__typename ... on ValidationError { field }';
const sayOperation = `mutation ($input: CreatePostInput!) {
  createPost(input: $input) { post { id } errors { ${problem} } } }`;

function nameOf({ __typename, field }: Problem): string {
  return field ? `${__typename} ${field}` : __typename;
}

function identityOf(name: Name | null): Identity {
  if (name === null) return { kind: 'anonymous' };
  return { kind: 'viewer', subject: encodeId('User', cast[name]), session: encodeId('Session', 1n) };
}

/** A subgraph of this test file's own, on a database and a Redis of its own. */
export async function createWorld(
  options: {
    onStatement?: (sql: string) => void;
    redisUrl?: string;
    audiences?: Parameters<typeof createPostSubgraph>[0]['audiences'];
    audienceKeys?: Parameters<typeof createPostSubgraph>[0]['audienceKeys'];
    /** Through what the database is reached. */
    databaseUrl?: (url: string) => string | Promise<string>;
    liveLimits?: Partial<PostLiveLimits>;
    trends?: Parameters<typeof createPostSubgraph>[0]['trends'];
    blockedTags?: readonly string[];
    posting?: Partial<PostingSettings>;
  } = {},
) {
  const logger = createLogger('post', 'silent');
  const [stored, cached] = await Promise.all([createTestDatabase('post'), createTestRedis()]);
  const database = createPostDatabase({
    url: (await options.databaseUrl?.(stored.url)) ?? stored.url,
    onStatement: ({ sql }) => options.onStatement?.(sql),
  });
  const redis = createRedisCache({
    url: options.redisUrl ?? cached.url,
    logger,
    name: 'post-test',
    ...(!options.redisUrl && redisPatience),
  });
  while (redis.namespace() === null) await sleep(5);
  const people = createPeople();
  const keys = [{ id: 'test', secret: randomBytes(32) }] as const;
  const feedPool = new pg.Pool({ connectionString: stored.url, max: 2 });
  feedPool.on('error', () => undefined);
  const feed = createFeed({ pool: feedPool, name: 'post', logger, redis });
  const userFeed = createUserFeed();
  const { subgraph, services } = createPostSubgraph({
    database,
    redis,
    user: people,
    timeline: people,
    ...(options.audiences ? { audiences: options.audiences } : {}),
    ...(options.audienceKeys ? { audienceKeys: options.audienceKeys } : {}),
    keys: [keys[0]],
    feed,
    hidings: userFeed.feed,
    liveLimits: { ...postLiveLimits, ...options.liveLimits },
    trends: options.trends ?? {},
    blockedTags: options.blockedTags ?? [],
    // Tests post in seconds as often as nobody does in a day.
    posting: { postsPerDay: 1_000_000, mentionsPerDay: 1_000_000, ...options.posting },
    logger,
  });

  const contextOf = (name: Name | null, eventAudience?: string) =>
    createRequestContext({ identity: identityOf(name), requestId: 'test', eventAudience, logger });

  /** Opens a subscription for one of the cast, or for an anonymous reader. */
  const listen = <Event>(name: Name | null, query: string, variables: Record<string, unknown> = {}) =>
    listenTo<Event>({
      schema: subgraph.schema,
      document: query,
      variableValues: variables,
      contextValue: subgraph.createContext(contextOf(name)),
    });

  /** Runs an operation for one of the cast, or for an anonymous reader. */
  async function run(
    name: Name | null,
    query: string,
    variables: Record<string, unknown> = {},
    eventAudience?: string,
  ) {
    const result = await subgraph.execute({ query, variables }, contextOf(name, eventAudience));
    // As it would arrive: plain objects.
    const { data, errors, extensions } = JSON.parse(JSON.stringify(result)) as {
      data: unknown;
      extensions?: { position?: string; rateLimits?: Record<string, Standing> };
      errors?: { extensions: { code: string } }[];
    };
    return {
      data,
      codes: (errors ?? []).map((error) => error.extensions.code),
      position: extensions?.position,
      rateLimits: extensions?.rateLimits,
    };
  }

  /** Creates a post; answers with its id, or fails the test with the errors. */
  async function say(name: Name, input: string | Record<string, unknown>): Promise<string> {
    const answer = await attempt(name, typeof input === 'string' ? { text: input } : input);
    if (answer.id === null) throw new Error(`${name} could not say it: ${JSON.stringify(answer)}`);
    return answer.id;
  }

  /** Tries to create a post; errors by the name of their type, with their field where they have one. */
  async function attempt(name: Name | null, input: Record<string, unknown>) {
    const answer = await run(name, sayOperation, { input });
    if (answer.data == null) return { id: null, errors: answer.codes };
    const { post, errors } = at(answer, 'createPost') as { post: { id: string } | null; errors: Problem[] };
    return { id: post?.id ?? null, errors: errors.map(nameOf) };
  }

  /** Runs like, unlike, repost, undoRepost or deletePost; the names of its errors. */
  async function act(name: Name | null, mutation: string, postId: string): Promise<string[]> {
    const query = `mutation ($postId: ID!) { ${mutation}(input: { postId: $postId }) { errors { ${problem} } } }`;
    const answer = await run(name, query, { postId });
    if (answer.data == null) return answer.codes;
    return (at(answer, `${mutation}.errors`) as Problem[]).map(nameOf);
  }

  async function close() {
    await services.streams.stop();
    feed.close();
    await feedPool.end();
    await database.$disconnect();
    redis.close();
    await Promise.all([stored.drop(), cached.close()]);
  }
  return {
    database,
    databaseUrl: stored.url,
    keys,
    logger,
    redis,
    cached,
    services,
    subgraph,
    people,
    userFeed,
    contextOf: (name: Name | null) => subgraph.createContext(contextOf(name)),
    listen,
    run,
    say,
    attempt,
    act,
    close,
  };
}

export type World = Awaited<ReturnType<typeof createWorld>>;
