import { setTimeout as sleep } from 'node:timers/promises';
import { decodeId, type UserId } from '@murmuration/ids';
import { createUserDatabase, type UserDatabase } from '@murmuration/prisma/user';
import { createRelationLeases } from '@murmuration/relationships';
import { createRedisCache, type Logger, type RedisCache } from '@murmuration/service-kit';
import { handlePattern } from '../accounts/handle.ts';
import { createSuspension, type SuspensionOutcome } from '../accounts/suspension.ts';
import { createAfterCommit } from '../after-commit.ts';
import { createAuditLog } from '../audit/audit-log.ts';
import type { CommandConfig } from '../config.ts';
import { createRevocation } from '../sessions/revocation.ts';

/** A Redis that does not answer by then is away: everything still works, some of it seconds later. */
const redisWaitMs = 2_000;

/**
 * Suspends a person, or lifts it, from outside of the service, and waits until no cache says otherwise. Safe to repeat.
 * @param person a handle, with or without the @, or the wire id
 */
export async function suspendPerson(
  config: CommandConfig,
  logger: Logger,
  person: string,
  { isLifted }: { isLifted: boolean },
): Promise<SuspensionOutcome> {
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
    const suspension = createSuspension({ database, revocation, afterCommit, audit });
    return await suspension.set(id, !isLifted, { requestId: 'command', clientAddress: null });
  } finally {
    redis.close();
    await database.$disconnect();
  }
}

export async function findPerson(database: UserDatabase, person: string): Promise<UserId | null> {
  const id = decodeId('User', person);
  if (id !== null) return id;
  const handle = person.replace(/^@/, '');
  if (!handlePattern.test(handle)) return null;
  const [row] = await database.$queryRaw<{ id: bigint | null }[]>`
    SELECT handle_owner(${handle.toLowerCase()}) AS id`;
  return row?.id ?? null;
}

export async function untilUsable(redis: RedisCache): Promise<void> {
  const untilMs = performance.now() + redisWaitMs;
  while (redis.namespace() === null && performance.now() < untilMs) await sleep(20);
}
