import type { SessionId, UserId } from '@murmuration/ids';
import { Prisma } from '@murmuration/prisma/user';
import { isHidden } from '../accounts/hidden.ts';
import { revokeSessions } from '../sessions/repository.ts';
import type { Statements } from '../statements.ts';
import { type Role, takesAway } from './policy.ts';

/** What somebody may do now: a member's nothing for whoever is hidden or gone, whatever their token says. */
export async function findRole(statements: Statements, id: UserId): Promise<Role> {
  const [row] = await statements.$queryRaw<{ role: Role }[]>`
    SELECT role FROM account WHERE id = ${id} AND NOT ${Prisma.raw(isHidden())}`;
  return row?.role ?? 'member';
}

/** Who does something to whom, as far as roles go. */
export interface Roles {
  /** `member` for whoever is hidden or gone. */
  actor: Role;
  /** Null when there is no such account, or it is being erased. */
  target: Role | null;
}

/**
 * Locks both until the end of the transaction, in the order of their ids: of two who act on each other at once one is judged
 * by what the other did.
 */
export async function lockRoles(statements: Statements, actorId: UserId, targetId: UserId): Promise<Roles> {
  const rows = await statements.$queryRaw<
    { id: UserId; role: Role; isHidden: boolean; isErasing: boolean }[]
  >`
    SELECT id, role, ${Prisma.raw(isHidden())} AS "isHidden", erasing_at IS NOT NULL AS "isErasing"
    FROM account WHERE id IN (${actorId}, ${targetId}) ORDER BY id FOR NO KEY UPDATE`;
  const actor = rows.find(({ id }) => id === actorId);
  const target = rows.find(({ id }) => id === targetId);
  return {
    actor: actor && !actor.isHidden ? actor.role : 'member',
    target: target && !target.isErasing ? target.role : null,
  };
}

export interface RoleChange {
  before: Role;
  /** Sessions whose tokens said more than the person may now. */
  ended: SessionId[];
}

/** Gives a person a role, in the caller's transaction. @returns null when there is no such account, or it is being erased */
export async function putRole(statements: Statements, id: UserId, role: Role): Promise<RoleChange | null> {
  const [row] = await statements.$queryRaw<{ before: Role }[]>`
    WITH old AS (SELECT id, role FROM account WHERE id = ${id} AND erasing_at IS NULL FOR NO KEY UPDATE)
    UPDATE account a SET role = ${role} FROM old WHERE a.id = old.id RETURNING old.role AS before`;
  if (!row) return null;
  const ended = takesAway(row.before, role) ? await revokeSessions(statements, id, 'all') : [];
  return { before: row.before, ended };
}
