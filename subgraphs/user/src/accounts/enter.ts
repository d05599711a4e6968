import type { UserDatabase } from '@murmuration/prisma/user';
import type { RequestContext } from '@murmuration/service-kit/subgraph';
import type { AfterCommit } from '../after-commit.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { comeBack } from '../leaving/repository.ts';
import type { SessionService, Tokens } from '../sessions/service.ts';
import type { Credentials } from './repository.ts';

/**
 * Opens a session for somebody who has shown enough. Whoever left is back by it. What was shown must still be so when the
 * session is opened: a log-in with the password of before that overlaps a change of it opens none.
 * @returns null when it is not
 */
export type Enter = (
  shown: Credentials,
  context: RequestContext,
  deviceName: string | null,
) => Promise<Tokens | null>;

export function createEnter(options: {
  database: UserDatabase;
  sessions: SessionService;
  audit: AuditLog;
  afterCommit: AfterCommit;
}): Enter {
  const { afterCommit, audit, database, sessions } = options;
  return async (shown, context, deviceName) => {
    const { id, isDeactivated, passwordHash } = shown;
    if (isDeactivated) {
      if (!(await comeBack(database, id, passwordHash))) return null;
      await afterCommit.accountChanged(id, { hidesFromEveryone: false });
      audit.record('account-return', 'ok', context, { account: id });
    }
    return sessions.open(shown, context, deviceName);
  };
}
