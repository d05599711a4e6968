import { setTimeout as sleep } from 'node:timers/promises';
import { decodeId, type UserId } from '@murmuration/ids';
import { createUserDatabase, type UserDatabase } from '@murmuration/prisma/user';
import { createRelationLeases } from '@murmuration/relationships';
import { createRedisCache, type Logger, type RedisCache } from '@murmuration/service-kit';
import { handlePattern } from '../accounts/handle.ts';
import { type AfterCommit, createAfterCommit } from '../after-commit.ts';
import { type Asker, type AuditLog, createAuditLog } from '../audit/audit-log.ts';
import type { CommandConfig } from '../config.ts';
import { createRevocation, type Revocation } from '../sessions/revocation.ts';

/** A Redis that does not answer by then is away: everything still works, some of it seconds later. */
const redisWaitMs = 2_000;

/** What a command does its work by. */
export interface CommandTools {
  database: UserDatabase;
  afterCommit: AfterCommit;
  revocation: Revocation;
  audit: AuditLog;
  /** Whoever may run it. Their name is in the log of where they did, not here. */
  asker: Asker;
}

/**
 * Does something to a person from outside of the service, with connections of its own.
 * @param person a handle, with or without the @, or the wire id
 */
export async function asCommand<Outcome>(
  config: CommandConfig,
  logger: Logger,
  person: string,
  run: (id: UserId, tools: CommandTools) => Promise<Outcome>,
): Promise<Outcome | 'no such account'> {
  const database = createUserDatabase({
    url: config.USER_DATABASE_URL,
    poolSize: 1,
    applicationName: 'murmuration-user-command',
  });
  const redis = createRedisCache({ url: config.REDIS_URL, logger, name: 'user-command' });
  try {
    const id = await findPerson(database, person);
    if (id === null) return 'no such account';
    await untilUsable(redis);
    const audit = createAuditLog(logger);
    const afterCommit = createAfterCommit({ redis, leases: createRelationLeases(redis) });
    const revocation = createRevocation({ database, redis, afterCommit, audit });
    const asker = { requestId: 'command', clientAddress: null };
    return await run(id, { database, afterCommit, revocation, audit, asker });
  } finally {
    redis.close();
    await database.$disconnect();
  }
}

async function findPerson(database: UserDatabase, person: string): Promise<UserId | null> {
  const id = decodeId('User', person);
  const handle = person.replace(/^@/, '');
  if (id === null && !handlePattern.test(handle)) return null;
  const [row] = await database.$queryRaw<{ id: bigint }[]>`
    SELECT id FROM account WHERE id = coalesce(${id}::bigint, handle_owner(${handle.toLowerCase()}))`;
  return row?.id ?? null;
}

async function untilUsable(redis: RedisCache): Promise<void> {
  const untilMs = performance.now() + redisWaitMs;
  while (redis.namespace() === null && performance.now() < untilMs) await sleep(20);
}
