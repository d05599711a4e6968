import { createUserDatabase } from '@murmuration/prisma/user';
import { createRedisCache, type Logger } from '@murmuration/service-kit';
import { createRelationLeases } from '@murmuration/relationships';
import { createAfterCommit } from '../after-commit.ts';
import { createAuditLog } from '../audit/audit-log.ts';
import type { CommandConfig } from '../config.ts';
import type { Role } from '../moderation/policy.ts';
import { putRole } from '../moderation/repository.ts';
import { createRevocation } from '../sessions/revocation.ts';
import { findPerson, untilUsable } from './suspend.ts';

export type GrantOutcome = 'changed' | 'as before' | 'no such account';

/**
 * Gives a person a role from outside of the service: so the first admin is made, for nobody in it could. Safe to repeat.
 * @param person a handle, with or without the @, or the wire id
 */
export async function grantRole(
  config: CommandConfig,
  logger: Logger,
  person: string,
  role: Role,
): Promise<GrantOutcome> {
  const database = createUserDatabase({
    url: config.USER_DATABASE_URL,
    poolSize: 1,
    applicationName: 'murmuration-user-command',
  });
  const redis = createRedisCache({ url: config.REDIS_URL, logger, name: 'user-command' });
  try {
    const id = await findPerson(database, person);
    const change = id === null ? null : await putRole(database, id, role);
    if (id === null || change === null) return 'no such account';
    await untilUsable(redis);
    const audit = createAuditLog(logger);
    const afterCommit = createAfterCommit({ redis, leases: createRelationLeases(redis) });
    const asker = { requestId: 'command', clientAddress: null };
    createRevocation({ database, redis, afterCommit, audit }).announce(id, change.ended, asker);
    audit.record('role-change', 'ok', asker, { account: id, endedSessions: change.ended.length });
    return change.before === role ? 'as before' : 'changed';
  } finally {
    redis.close();
    await database.$disconnect();
  }
}
