import type { InternalKey, Secret } from '@murmuration/config';
import { createPositionTeller } from '@murmuration/events';
import type { UserDatabase } from '@murmuration/prisma/user';
import { createRelationLeases } from '@murmuration/relationships';
import type { Logger, RedisCache } from '@murmuration/service-kit';
import { createPasswords } from './accounts/passwords.ts';
import { createAccountService } from './accounts/service.ts';
import { createAfterCommit } from './after-commit.ts';
import { createImportService } from './import/service.ts';
import { createRelationLookup } from './internal/relationships.ts';
import { createProfileService } from './profiles/service.ts';
import { createRelationService } from './relations/service.ts';
import type { SigningKey } from './sessions/keys.ts';
import { createSessionService } from './sessions/service.ts';
import { createLogInThrottle } from './sessions/throttle.ts';

export interface ServiceOptions {
  database: UserDatabase;
  redis: RedisCache;
  logger: Logger;
  /** The first signs the positions of writes. */
  keys: readonly [InternalKey, ...InternalKey[]];
  /** The first signs access tokens; all are published. */
  signingKeys: readonly [SigningKey, ...SigningKey[]];
  /** The first makes refresh tokens; those of all are accepted. */
  refreshTokenSecrets: readonly [Secret, ...Secret[]];
  /** How long a cached relation may be believed; tests shorten it. */
  relationLeaseMs?: number;
}

export type Services = ReturnType<typeof createServices>;

/** The domain without a transport. */
export function createServices(options: ServiceOptions) {
  const { database, redis, logger, relationLeaseMs } = options;
  const leases = createRelationLeases(redis);
  const afterCommit = createAfterCommit({
    redis,
    leases,
    ...(relationLeaseMs === undefined ? {} : { leaseMs: relationLeaseMs }),
  });
  const tellPosition = createPositionTeller('user', options.keys);
  const sessions = createSessionService(options);
  const throttle = createLogInThrottle(redis, logger);
  const passwords = createPasswords();
  return {
    accounts: createAccountService({ database, sessions, passwords, throttle, afterCommit, tellPosition }),
    passwords,
    sessions,
    profiles: createProfileService({ database, afterCommit, tellPosition }),
    relations: createRelationService({ database, afterCommit, tellPosition }),
    relationLookup: createRelationLookup(database, leases),
    /** For seeds and migrations from elsewhere; never part of the graph. */
    imports: createImportService(database),
    afterCommit,
  };
}
