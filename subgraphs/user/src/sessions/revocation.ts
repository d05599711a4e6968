import { encodeId, type SessionId, type UserId } from '@murmuration/ids';
import type { UserDatabase } from '@murmuration/prisma/user';
import { type RedisCache, revocationChannel } from '@murmuration/service-kit';
import type { Asker, AuditLog } from '../audit/audit-log.ts';
import type { AfterCommit } from '../after-commit.ts';
import { revokeSessions, type Which } from './repository.ts';

/** The end of sessions before their time. */
export interface Revocation {
  /** @returns how many sessions were ended: none when they had ended before, or are not the account's */
  end(accountId: UserId, which: Which, asker: Asker): Promise<number>;
  /**
   * Tells of sessions that a transaction ended, once it is committed. Who dies in between leaves it to the list that
   * gateways read every few seconds.
   */
  announce(accountId: UserId, ended: readonly SessionId[], asker: Asker): void;
}

export function createRevocation(options: {
  database: UserDatabase;
  redis: RedisCache;
  audit: AuditLog;
  afterCommit: Pick<AfterCommit, 'hint'>;
}): Revocation {
  const { database, redis, afterCommit, audit } = options;

  const announce: Revocation['announce'] = (account, ended, asker) => {
    const [session, ...others] = ended;
    if (session === undefined) return;
    // Gateways read the list as well, so a message that is lost costs seconds, not the log-out.
    const message = JSON.stringify(ended.map((id) => encodeId('Session', id)));
    redis.client.publish(revocationChannel, message).catch(() => undefined);
    afterCommit.hint();
    const only = others.length === 0 ? session : undefined;
    audit.record('revocation', 'ok', asker, { account, session: only, endedSessions: ended.length });
  };

  return {
    async end(accountId, which, asker) {
      const ended = await revokeSessions(database, accountId, which);
      announce(accountId, ended, asker);
      return ended.length;
    },
    announce,
  };
}
