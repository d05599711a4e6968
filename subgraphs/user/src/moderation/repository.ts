import type { SessionId, UserId } from '@murmuration/ids';
import type { UserDatabase } from '@murmuration/prisma/user';
import { revokeSessions } from '../sessions/repository.ts';
import { type Statements, transact } from '../statements.ts';
import { type Role, takesAway } from './policy.ts';

/** Null when there is no such account. */
export async function findRole(statements: Statements, id: UserId): Promise<Role | null> {
  const [row] = await statements.$queryRaw<{ role: Role }[]>`SELECT role FROM account WHERE id = ${id}`;
  return row?.role ?? null;
}

export interface RoleChange {
  before: Role;
  /** Sessions whose tokens said more than the person may now. */
  ended: SessionId[];
}

/** Gives a person a role. @returns null when there is no such account */
export function putRole(database: UserDatabase, id: UserId, role: Role): Promise<RoleChange | null> {
  return transact(database, async (transaction) => {
    const [row] = await transaction.$queryRaw<{ before: Role }[]>`
      WITH old AS (SELECT id, role FROM account WHERE id = ${id} FOR NO KEY UPDATE)
      UPDATE account a SET role = ${role} FROM old WHERE a.id = old.id RETURNING old.role AS before`;
    if (!row) return null;
    const ended = takesAway(row.before, role) ? await revokeSessions(transaction, id, 'all') : [];
    return { before: row.before, ended };
  });
}
