import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { decodeId, type UserId } from '@murmuration/ids';
import { createFeed } from '@murmuration/events';
import { createUserDatabase, type UserDatabase } from '@murmuration/prisma/user';
import {
  createBlindIndex,
  createEnvironmentKeys,
  createLogger,
  createRedisCache,
  createSealer,
  type Identity,
  type Logger,
  type InternalRequest,
  type RedisCache,
} from '@murmuration/service-kit';
import { createRequestContext } from '@murmuration/service-kit/subgraph';
import {
  createTestDatabase,
  createTestRedis,
  listenTo,
  type Listening,
  redisPatience,
} from '@murmuration/testing';
import {
  type Addresses,
  type AddressOptions,
  createAddresses,
  emailIndexPurpose,
} from '../../src/addresses/addresses.ts';
import type { AccountSettings } from '../../src/accounts/settings.ts';
import type { Asker } from '../../src/audit/audit-log.ts';
import type { ExportLimits } from '../../src/export/limits.ts';
import type { PasskeySettings } from '../../src/passkeys/settings.ts';
import type { RelationLimits } from '../../src/relations/limits.ts';
import type { SuggestionLimits } from '../../src/suggestions/limits.ts';
import pg from 'pg';
import { type UserLiveLimits, userLiveLimits } from '../../src/live/limits.ts';
import { createUserSubgraph, type UserSubgraph } from '../../src/server.ts';
import type { Caller } from '../../src/sessions/device.ts';
import { parseSigningKeys } from '../../src/sessions/keys.ts';

export const logger = createLogger('test', 'silent');
/** Signs the positions of writes. */
export const keys = [{ id: 'test', secret: randomBytes(32) }] as const;

/** Makes refresh tokens and challenges. */
export const refreshTokenSecret = { id: null, secret: randomBytes(32) };

/** Where archives are fetched. */
export const exportUrl = 'https://api.example.org/account-export';

/** Wraps what is secret in the test databases. */
export const dataKey = { id: 'd1', secret: randomBytes(32) };
export const sealer = createSealer(createEnvironmentKeys([dataKey]));
/** By what addresses are found in the test databases. */
export const indexKey = { id: 'i1', secret: randomBytes(32) };

/** The addresses of a database, as a process with these keys has them. */
export function openAddresses(database: UserDatabase, options: Partial<AddressOptions> = {}) {
  const index = createBlindIndex([indexKey], emailIndexPurpose);
  return createAddresses({ database, sealer, index, isInClear: false, ...options });
}

/** What a query answers, loosely: tests say what they expect. */
export type Answer = {
  data?: Record<string, unknown> | null;
  errors?: readonly { message: string; code: unknown }[];
  extensions?: Record<string, unknown>;
};

export interface Platform extends UserSubgraph {
  database: UserDatabase;
  addresses: Addresses;
  redis: RedisCache;
  databaseUrl: string;
  statements: string[];
  /** What `post` would say: the wire ids of posts that exist for everybody. It is away while this is null. */
  posts: Set<string> | null;
  /** How often `post` was asked. */
  postCalls: number;
  run(
    query: string,
    variables?: Record<string, unknown>,
    identity?: Identity,
    more?: {
      clientAddress?: string;
      clientAgent?: string;
      caller?: Parameters<typeof createRequestContext>[0]['caller'];
    },
  ): Promise<Answer>;
  /** Opens a subscription. */
  listen<Event>(
    query: string,
    variables: Record<string, unknown>,
    identity: Identity,
  ): Promise<Listening<Event>>;
  close(): Promise<void>;
}

/** `JWT_SIGNING_KEYS` with a fresh key for each id. */
export function makeSigningKeys(...ids: string[]): string {
  const keys = ids.map((kid) => ({
    ...generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }),
    kid,
  }));
  return JSON.stringify(keys);
}

/** The whole subgraph in process, on a database and a Redis of its own. */
export async function createPlatform(
  options: {
    redisUrl?: string;
    relationLeaseMs?: number;
    accounts?: Partial<AccountSettings>;
    passkeys?: Partial<PasskeySettings>;
    relations?: Partial<RelationLimits>;
    suggestions?: Partial<SuggestionLimits>;
    exports?: Partial<ExportLimits>;
    logger?: Logger;
    liveLimits?: Partial<UserLiveLimits>;
    /** Versions of before run beside it. */
    emailsInClear?: boolean;
    /** Another way to the database for all statements of requests. */
    throughGate?: (url: string) => Promise<string>;
  } = {},
): Promise<Platform> {
  const testDatabase = await createTestDatabase('user');
  const testRedis = options.redisUrl ? null : await createTestRedis();
  const statements: string[] = [];
  const database = createUserDatabase({
    url: (await options.throughGate?.(testDatabase.url)) ?? testDatabase.url,
    onStatement: ({ sql }) => void statements.push(sql),
  });
  const addresses = openAddresses(database, { isInClear: options.emailsInClear ?? false });
  const redis = createRedisCache({
    url: options.redisUrl ?? testRedis?.url ?? '',
    logger,
    name: 'test',
    ...(testRedis && redisPatience),
  });
  const post = {
    async call<Answer>({ body }: InternalRequest): Promise<Answer> {
      platform.postCalls += 1;
      const { posts } = platform;
      if (posts === null) throw new Error('connection refused');
      const { keys: asked } = (body as { variables: { keys: { __typename: string; ref: string }[] } })
        .variables;
      const found = asked.map(({ __typename, ref }) => (posts.has(ref) ? { __typename } : null));
      return { data: { _entities: found } } as Answer;
    },
  };
  const postOwner = { service: 'post', client: post };
  const feedPool = new pg.Pool({ connectionString: testDatabase.url, max: 2 });
  feedPool.on('error', () => undefined);
  const feed = createFeed({ pool: feedPool, name: 'user', logger, redis });
  const made = createUserSubgraph({
    database,
    feed,
    liveLimits: { ...userLiveLimits, ...options.liveLimits },
    redis,
    logger: options.logger ?? logger,
    // Tests sign many up at once, on machines that do other things besides.
    accounts: { passwordMaxWaiting: 1_000, passwordMaxWaitMs: 60_000, ...options.accounts },
    suggestions: options.suggestions ?? {},
    passkeys: options.passkeys ?? {},
    exports: options.exports ?? {},
    nodeOwners: { Post: postOwner, Thread: postOwner, Hashtag: postOwner, List: postOwner },
    // And follow in seconds as often as nobody does in a day.
    relations: { followsPerDay: 1_000_000, ...options.relations },
    keys: [keys[0]],
    signingKeys: parseSigningKeys(makeSigningKeys('k1', 'k0')),
    refreshTokenSecrets: [refreshTokenSecret],
    sealer,
    addresses,
    exportUrl,
    relationLeaseMs: options.relationLeaseMs ?? 300,
  });
  const platform: Platform = {
    ...made,
    posts: new Set(),
    postCalls: 0,
    database,
    addresses,
    redis,
    databaseUrl: testDatabase.url,
    statements,
    async run(query, variables = {}, identity = { kind: 'anonymous' }, more = {}) {
      const context = createRequestContext({ identity, requestId: 'test', logger, ...more });
      const { data, errors, extensions } = await made.subgraph.execute({ query, variables }, context);
      const plain = {
        ...(data != null && { data: JSON.parse(JSON.stringify(data)) }),
        ...(extensions && { extensions }),
      };
      if (!errors) return plain;
      return {
        ...plain,
        errors: errors.map(({ message, extensions }) => ({ message, code: extensions['code'] })),
      };
    },
    listen: (query, variables, identity) =>
      listenTo({
        schema: made.subgraph.schema,
        document: query,
        variableValues: variables,
        contextValue: made.subgraph.createContext(
          createRequestContext({ identity, requestId: 'test', logger }),
        ),
      }),
    async close() {
      await made.services.streams.stop();
      feed.close();
      await feedPool.end();
      await database.$disconnect();
      redis.close();
      await testRedis?.close();
      await testDatabase.drop();
    },
  };
  return platform;
}

/** Waits until the connection to Redis can be used. */
export async function untilRedisIsUp(redis: RedisCache): Promise<void> {
  while (redis.namespace() === null) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Who asks without a request. */
export const nobody: Asker & Caller = { requestId: 'test', clientAddress: null, clientAgent: null };

export function userIdOf(wire: string): UserId {
  const id = decodeId('User', wire);
  if (id === null) throw new Error(`${wire} is not a user's id`);
  return id;
}
