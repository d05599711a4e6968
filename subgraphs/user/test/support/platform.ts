import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { decodeId, type UserId } from '@murmuration/ids';
import { createUserDatabase, type UserDatabase } from '@murmuration/prisma/user';
import {
  createLogger,
  createRedisCache,
  createRequestContext,
  type Identity,
  type RedisCache,
} from '@murmuration/service-kit';
import { createTestDatabase, createTestRedis } from '@murmuration/testing';
import { createUserSubgraph, type UserSubgraph } from '../../src/server.ts';
import { parseSigningKeys } from '../../src/sessions/keys.ts';

export const logger = createLogger('test', 'silent');
/** Signs the positions of writes. */
export const keys = [{ id: 'test', secret: randomBytes(32) }] as const;

/** What a query answers, loosely: tests say what they expect. */
export type Answer = {
  data?: Record<string, unknown> | null;
  errors?: readonly { message: string; code: unknown }[];
};

export interface Platform extends UserSubgraph {
  database: UserDatabase;
  redis: RedisCache;
  databaseUrl: string;
  statements: string[];
  run(query: string, variables?: Record<string, unknown>, identity?: Identity): Promise<Answer>;
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
  options: { redisUrl?: string; relationLeaseMs?: number } = {},
): Promise<Platform> {
  const testDatabase = await createTestDatabase('user');
  const testRedis = options.redisUrl ? null : await createTestRedis();
  const statements: string[] = [];
  const database = createUserDatabase({
    url: testDatabase.url,
    onStatement: ({ sql }) => void statements.push(sql),
  });
  const redis = createRedisCache({ url: options.redisUrl ?? testRedis?.url ?? '', logger, name: 'test' });
  const made = createUserSubgraph({
    database,
    redis,
    logger,
    keys: [keys[0]],
    signingKeys: parseSigningKeys(makeSigningKeys('k1', 'k0')),
    refreshTokenSecrets: [{ id: null, secret: randomBytes(32) }],
    relationLeaseMs: options.relationLeaseMs ?? 300,
  });
  return {
    ...made,
    database,
    redis,
    databaseUrl: testDatabase.url,
    statements,
    async run(query, variables = {}, identity = { kind: 'anonymous' }) {
      const context = createRequestContext({ identity, requestId: 'test', logger });
      const { data, errors } = await made.subgraph.execute({ query, variables }, context);
      const plain = data == null ? {} : { data: JSON.parse(JSON.stringify(data)) };
      if (!errors) return plain;
      return {
        ...plain,
        errors: errors.map(({ message, extensions }) => ({ message, code: extensions['code'] })),
      };
    },
    async close() {
      await database.$disconnect();
      redis.close();
      await testRedis?.close();
      await testDatabase.drop();
    },
  };
}

/** Waits until the connection to Redis can be used. */
export async function untilRedisIsUp(redis: RedisCache): Promise<void> {
  while (redis.namespace() === null) await new Promise((resolve) => setTimeout(resolve, 5));
}

export function userIdOf(wire: string): UserId {
  const id = decodeId('User', wire);
  if (id === null) throw new Error(`${wire} is not a user's id`);
  return id;
}
