import type { UserId } from '@murmuration/ids';
import type { Statements } from '../statements.ts';

/** Of an account that somebody else may have been in. @returns how many there were */
export function removeAllPasskeys(statements: Statements, accountId: UserId): Promise<number> {
  return statements.$executeRaw`DELETE FROM passkey WHERE account_id = ${accountId}`;
}
