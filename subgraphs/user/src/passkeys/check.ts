import type { UserDatabase } from '@murmuration/prisma/user';
import { type Logger, notAllowed, validationError } from '@murmuration/service-kit';
import { generateAuthenticationOptions } from '@simplewebauthn/server';
import type { EntryLimits } from '../accounts/entry-limits.ts';
import { type Credentials, findCredentialsById } from '../accounts/repository.ts';
import type { Asker, AuditLog } from '../audit/audit-log.ts';
import type { Challenges } from '../challenges/challenges.ts';
import type { SecondFactorCheck } from '../second-factor/check.ts';
import { readAssertion, type Signed, verifyAssertion } from './credential.ts';
import { findByCredential, notePasskeyUse } from './repository.ts';
import type { PasskeySettings } from './settings.ts';

/** A passkey that signed what was asked, and whose it is. */
export interface Shown {
  account: Credentials;
  signed: Signed;
}

/** That somebody has a passkey. */
export interface PasskeyCheck {
  /**
   * What a browser is asked, as JSON text.
   * @param about see `Challenges`
   * @param allowed the passkeys to choose from; without it, whichever the browser has
   */
  begin(
    about: string,
    allowed?: readonly { credentialId: Uint8Array; transports: string[] }[],
  ): Promise<string>;
  /**
   * Whose passkey signed. Nothing is used up before {@link use}.
   * @param about as it was begun
   * @throws UserErrors `ValidationError` for what no browser answers; `NotAllowed` with `WRONG_CREDENTIALS` for a passkey that
   *   is nobody's or signed something else, the same for both, or with a code of the challenge
   */
  verify(credential: string, about: string, options?: { mustNameOwner: boolean }): Promise<Shown>;
  /**
   * Uses up what was signed, once it is known that it is enough: a passkey that did not verify its user is the first factor
   * alone, and who has a second one needs a code.
   * @throws UserErrors `NotAllowed` with `SECOND_FACTOR_REQUIRED`, `WRONG_CODE`, `CHALLENGE_USED`, or `WRONG_CREDENTIALS` for a
   *   count that went back; `RateLimited`
   */
  use(shown: Shown, secondFactorCode: string | null | undefined, asker: Asker): Promise<void>;
}

export function createPasskeyCheck(options: {
  database: UserDatabase;
  challenges: Challenges;
  limits: Pick<EntryLimits, 'admitAttempt'>;
  checkSecondFactor: SecondFactorCheck;
  audit: AuditLog;
  logger: Logger;
  settings: PasskeySettings;
}): PasskeyCheck {
  const { audit, challenges, checkSecondFactor, database, limits, logger, settings } = options;

  return {
    async begin(about, allowed = []) {
      const asked = await generateAuthenticationOptions({
        rpID: settings.rpId,
        challenge: challenges.make(about),
        allowCredentials: allowed.map(({ credentialId, transports }) => ({
          id: Buffer.from(credentialId).toString('base64url'),
          transports,
        })),
        userVerification: 'preferred',
      });
      return JSON.stringify(asked);
    },

    async verify(credential, about, { mustNameOwner } = { mustNameOwner: false }) {
      const assertion = readAssertion(credential);
      if (!assertion) throw validationError('credential', 'This is not what a browser answers.');
      if (mustNameOwner && assertion.response.userHandle == null) throw wrongPasskey();
      const known = await findByCredential(database, new Uint8Array(Buffer.from(assertion.id, 'base64url')));
      if (!known) throw wrongPasskey();
      const signed = await verifyAssertion(assertion, known, settings, (challenge) =>
        challenges.read(challenge, about, ['credential']),
      );
      const account = signed && (await findCredentialsById(database, signed.accountId));
      if (!account) throw wrongPasskey();
      return { account: { ...account, passkeyId: signed.id }, signed };
    },

    async use({ account, signed }, secondFactorCode, asker) {
      if (account.hasSecondFactor && !signed.isUserVerified) {
        await limits.admitAttempt(account.handle, account);
        await checkSecondFactor.require(account.id, secondFactorCode, 'secondFactorCode');
      }
      const outcome = await notePasskeyUse(database, signed);
      if (outcome === 'noted') return;
      if (outcome === 'count went back') {
        audit.record('passkey-count-back', 'refused', asker, { account: account.id });
        logger.warn(
          { passkey: String(signed.id) },
          'a passkey signed less often than before: there may be a copy',
        );
      }
      throw wrongPasskey();
    },
  };
}

export function wrongPasskey() {
  return notAllowed('This passkey is not known here, or not good any more.', {
    code: 'WRONG_CREDENTIALS',
    path: ['credential'],
  });
}
