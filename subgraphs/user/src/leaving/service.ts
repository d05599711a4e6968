import type { UserDatabase } from '@murmuration/prisma/user';
import { unauthenticated } from '@murmuration/service-kit';
import { type RequestContext, requireViewer } from '@murmuration/service-kit/subgraph';
import type { PasswordCheck } from '../accounts/password-check.ts';
import { leaveInput, parseInput } from '../accounts/validation.ts';
import type { AfterCommit } from '../after-commit.ts';
import type { AuditLog, AuditSubject } from '../audit/audit-log.ts';
import type { Revocation } from '../sessions/revocation.ts';
import { leave } from './repository.ts';

export type LeavingService = ReturnType<typeof createLeavingService>;

/** How a person leaves, for a while or for good. */
export function createLeavingService(options: {
  database: UserDatabase;
  checkPassword: PasswordCheck;
  revocation: Revocation;
  afterCommit: AfterCommit;
  audit: AuditLog;
  graceDays: number;
}) {
  const { afterCommit, audit, checkPassword, database, graceDays, revocation } = options;

  /** Answers when no cache can show the person any more. */
  async function go(input: unknown, days: number | null, context: RequestContext, subject: AuditSubject) {
    const viewerId = requireViewer(context);
    subject.account = viewerId;
    const { password } = parseInput(leaveInput, input);
    await checkPassword(viewerId, { field: 'password', password }, context);
    const { eraseAt, ended } = await leave(database, viewerId, days);
    revocation.announce(viewerId, ended, context);
    await afterCommit.accountChanged(viewerId, { hidesFromEveryone: true });
    subject.endedSessions = ended.length;
    return { eraseAt, endedSessionCount: ended.length };
  }

  return {
    /**
     * @returns how many sessions were ended
     * @throws UserErrors `NotAllowed` for a wrong password, `RateLimited`
     */
    deactivate: (input: unknown, context: RequestContext): Promise<{ endedSessionCount: number }> =>
      audit.around('account-deactivation', context, (subject) => go(input, null, context, subject)),

    /**
     * @returns when what the person left is erased, unless they sign in before
     * @throws UserErrors `NotAllowed` for a wrong password, `RateLimited`
     */
    delete: (
      input: unknown,
      context: RequestContext,
    ): Promise<{ erasedAt: Date; endedSessionCount: number }> =>
      audit.around('account-deletion', context, async (subject) => {
        const { endedSessionCount, eraseAt } = await go(input, graceDays, context, subject);
        if (eraseAt === null) throw unauthenticated('This account does not exist any more.');
        return { erasedAt: eraseAt, endedSessionCount };
      }),
  };
}
