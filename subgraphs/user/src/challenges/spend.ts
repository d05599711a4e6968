import { notAllowed } from '@murmuration/service-kit';
import type { Statements } from '../statements.ts';
import type { Challenge } from './challenges.ts';

/**
 * Uses a challenge up; of two at once one does. In a transaction it is used up with what it was answered for, or not at all.
 * @throws UserErrors `NotAllowed` with `CHALLENGE_USED`
 */
export async function spend(
  statements: Statements,
  { digest, expiresAt }: Challenge,
  path: readonly string[],
): Promise<void> {
  const spent = await statements.$executeRaw`
    INSERT INTO spent_challenge (digest, expires_at) VALUES (${digest}, ${expiresAt}) ON CONFLICT DO NOTHING`;
  if (spent === 0) throw notAllowed('This was used already. Begin anew.', { code: 'CHALLENGE_USED', path });
}
