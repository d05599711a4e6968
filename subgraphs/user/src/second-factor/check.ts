import type { UserId } from '@murmuration/ids';
import type { UserDatabase } from '@murmuration/prisma/user';
import { notAllowed, type Sealer } from '@murmuration/service-kit';
import type { EntryLimits } from '../accounts/entry-limits.ts';
import { hashOf, readCode, stepOf } from './codes.ts';
import { findSecondFactor, useRecoveryCode, useStep } from './repository.ts';

/** What a secret is sealed for. */
export const aboutSecret = (id: UserId): string => `second_factor.secret ${id}`;

/**
 * That somebody has the second factor of their account, before which they must have shown that they know the password:
 * attempts are counted there. Besides, wrong codes of an app are counted for a day, whoever signs in meanwhile and whatever
 * the password becomes; recovery codes are not, for nobody guesses one, and so their owner always has a way in.
 */
export interface SecondFactorCheck {
  /**
   * Uses a code of the person's app or a recovery code. Each is good once; of two at once with one code one is refused.
   * @throws UserErrors `NotAllowed` with `SECOND_FACTOR_REQUIRED` for none, with `WRONG_CODE` for one that is no good;
   *   `RateLimited` for a code of an app after too many wrong ones
   */
  require(id: UserId, typed: string | null | undefined, field: string): Promise<void>;
}

export function createSecondFactorCheck(options: {
  database: UserDatabase;
  sealer: Sealer;
  limits: Pick<EntryLimits, 'admitCode' | 'forgetCode'>;
}): SecondFactorCheck {
  const { database, limits, sealer } = options;

  async function isGood(id: UserId, typed: string): Promise<boolean> {
    const { code, kind } = readCode(typed);
    if (kind === 'none') return false;
    if (kind === 'recovery') return useRecoveryCode(database, id, hashOf(code));
    // Counted before it is looked at, or many at once would each see room for one more.
    await limits.admitCode(id);
    const factor = await findSecondFactor(database, id);
    if (!factor) return false;
    const step = stepOf(await sealer.open(factor.sealed, aboutSecret(id)), code);
    const isRight = step !== null && (await useStep(database, id, step));
    if (isRight) await limits.forgetCode(id);
    return isRight;
  }

  return {
    async require(id, typed, field) {
      const path = [field];
      if (typed == null || typed.trim() === '') {
        throw notAllowed('Say the code of your app as well, or a recovery code.', {
          code: 'SECOND_FACTOR_REQUIRED',
          path,
        });
      }
      if (!(await isGood(id, typed)))
        throw notAllowed('This code is no good, or was used.', { code: 'WRONG_CODE', path });
    },
  };
}
