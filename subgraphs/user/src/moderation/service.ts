import { decodeId, type UserId } from '@murmuration/ids';
import type { UserDatabase } from '@murmuration/prisma/user';
import { notAllowed, notFound, validationError } from '@murmuration/service-kit';
import { type RequestContext, requireScope } from '@murmuration/service-kit/subgraph';
import type { PasswordCheck } from '../accounts/password-check.ts';
import type { Suspension } from '../accounts/suspension.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Revocation } from '../sessions/revocation.ts';
import { mayChangeRole, maySuspend, type Role } from './policy.ts';
import { transact } from '../statements.ts';
import { findRole, lockRoles, putRole } from './repository.ts';

export type ModerationService = ReturnType<typeof createModerationService>;

/**
 * What those who oversee the others may do. The token says who may ask; what somebody may do is looked up where it is done,
 * for a token lives on for minutes, and its owner may have lost the role, or be hidden or gone, since.
 */
export function createModerationService(options: {
  database: UserDatabase;
  suspension: Suspension;
  revocation: Revocation;
  checkPassword: PasswordCheck;
  audit: AuditLog;
}) {
  const { audit, checkPassword, database, revocation, suspension } = options;

  return {
    /**
     * Suspends a person, or takes it back; may be repeated.
     * @throws GraphQLError `FORBIDDEN` to whoever is no moderator
     * @throws UserErrors `ValidationError`, `NotFound`, `NotAllowed` where the other one is not below
     */
    async setSuspended(wire: string, isSuspended: boolean, context: RequestContext): Promise<object> {
      const actorId = requireScope(context, 'moderation');
      const id = readUserId(wire);
      await suspension.set(id, isSuspended, context, {
        id: actorId,
        async judge(transaction) {
          const { actor, target } = await lockRoles(transaction, actorId, id);
          if (target === null) throw notFound('person', { path });
          if (!maySuspend(actor, target)) throw notYours();
        },
      });
      return {};
    },

    /**
     * Gives a person a role; may be repeated. A lesser one ends their sessions, whose tokens say more.
     * @throws GraphQLError `FORBIDDEN` to whoever is no admin
     * @throws UserErrors `ValidationError`, `NotFound`, `NotAllowed` for oneself, or before `confirmIdentity`
     */
    changeRole: (wire: string, role: Role, context: RequestContext): Promise<{ role: Role }> =>
      audit.around('role-change', context, async (subject) => {
        const viewerId = requireScope(context, 'administration');
        const id = readUserId(wire);
        Object.assign(subject, { account: id, actor: viewerId });
        if (id === viewerId) throw notAllowed('You cannot do this to yourself.', { code: 'ONESELF', path });
        await checkPassword(viewerId, { field: null, password: null }, context);
        const change = await transact(database, async (transaction) => {
          const { actor } = await lockRoles(transaction, viewerId, id);
          if (!mayChangeRole(actor, { isSelf: false })) throw notYours();
          return putRole(transaction, id, role);
        });
        if (!change) throw notFound('person', { path });
        revocation.announce(id, change.ended, context);
        subject.endedSessions = change.ended.length;
        return { role };
      }),

    readRole: (id: UserId): Promise<Role> => findRole(database, id),
  };
}

const path = ['userId'];

function readUserId(wire: string): UserId {
  const id = decodeId('User', wire);
  if (id === null) throw validationError('userId', 'This is not the id of a person.');
  return id;
}

function notYours() {
  return notAllowed('This person is not yours to oversee.', { path });
}
