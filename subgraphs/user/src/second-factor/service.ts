import type { UserDatabase } from '@murmuration/prisma/user';
import { conflict, notAllowed, type Sealer } from '@murmuration/service-kit';
import { type RequestContext, requireViewer } from '@murmuration/service-kit/subgraph';
import type { PasswordCheck } from '../accounts/password-check.ts';
import { findCredentialsById } from '../accounts/repository.ts';
import { confirmationMs } from '../accounts/settings.ts';
import { confirmIdentityInput, parseInput } from '../accounts/validation.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { aboutSecret } from './check.ts';
import {
  hashOf,
  makeRecoveryCodes,
  makeSecret,
  readCode,
  type SharedSecret,
  sharedSecretOf,
  stepOf,
} from './codes.ts';
import {
  confirm,
  confirmSession,
  countRecoveryCodes,
  findSecondFactor,
  putUnconfirmed,
  removeSecondFactor,
  renewCodes,
} from './repository.ts';

export type SecondFactorService = ReturnType<typeof createSecondFactorService>;

/** What a person needs besides their password, and how they show, once for a while, that it is them. */
export function createSecondFactorService(options: {
  database: UserDatabase;
  sealer: Sealer;
  checkPassword: PasswordCheck;
  audit: AuditLog;
}) {
  const { audit, checkPassword, database, sealer } = options;
  const confirmed = (context: RequestContext) =>
    checkPassword(requireViewer(context), { field: null, password: null }, context);

  return {
    /**
     * Shows for ten minutes, in this session, that it is the person who asks.
     * @throws UserErrors `NotAllowed` for a wrong password or code, `Conflict` when either was changed meanwhile, or the
     *   session has ended; `RateLimited`
     */
    confirmIdentity: (input: unknown, context: RequestContext): Promise<{ confirmedUntil: Date }> =>
      audit.around('identity-confirmation', context, async (subject) => {
        const viewerId = requireViewer(context);
        subject.account = viewerId;
        const { password, secondFactorCode } = parseInput(confirmIdentityInput, input);
        const given = { field: 'password', password, secondFactorCode };
        const shown = await checkPassword(viewerId, given, context);
        const { sessionId } = context;
        const until = sessionId && (await confirmSession(database, shown, sessionId, confirmationMs));
        if (!until) throw conflict('Your password was changed meanwhile, or this session has ended.');
        return { confirmedUntil: until };
      }),

    /** Makes a secret; it is asked for once it is confirmed. @throws UserErrors `NotAllowed`, `Conflict` */
    setUp: (context: RequestContext): Promise<SharedSecret> =>
      audit.around('second-factor-setup', context, async (subject) => {
        const { handle, id } = await confirmed(context);
        subject.account = id;
        const secret = makeSecret();
        const sealed = await sealer.seal(secret, aboutSecret(id));
        if (!(await putUnconfirmed(database, id, sealed))) {
          throw conflict('You have one already. Take it away first.');
        }
        return sharedSecretOf(secret, handle);
      }),

    /**
     * By the first code of the person's app. @returns the recovery codes, which are nowhere else from now on
     * @throws UserErrors `NotAllowed` for a wrong code, `Conflict` when there is nothing to confirm
     */
    confirm: (typed: string, context: RequestContext): Promise<{ recoveryCodes: string[] }> =>
      audit.around('second-factor-on', context, async (subject) => {
        const { id } = await confirmed(context);
        subject.account = id;
        const factor = await findSecondFactor(database, id);
        if (!factor || factor.confirmedAt) throw conflict('There is nothing to confirm.');
        const { code, kind } = readCode(typed);
        const secret = await sealer.open(factor.sealed, aboutSecret(id));
        const step = kind === 'totp' ? stepOf(secret, code) : null;
        if (step === null) throw notAllowed('This code is no good.', { code: 'WRONG_CODE', path: ['code'] });
        const recoveryCodes = makeRecoveryCodes();
        const hashes = recoveryCodes.map(hashOf);
        if (!(await confirm(database, id, context.sessionId, { sealed: factor.sealed, step, hashes }))) {
          throw conflict('It was confirmed, or made anew, meanwhile.');
        }
        return { recoveryCodes };
      }),

    /** @throws UserErrors `NotAllowed`, `Conflict` when there is none */
    remove: (context: RequestContext): Promise<object> =>
      audit.around('second-factor-off', context, async (subject) => {
        const { id } = await confirmed(context);
        subject.account = id;
        if (!(await removeSecondFactor(database, id, context.sessionId))) throw conflict('You have none.');
        return {};
      }),

    /** @throws UserErrors `NotAllowed`, `Conflict` when there is no second factor */
    renewRecoveryCodes: (context: RequestContext): Promise<{ recoveryCodes: string[] }> =>
      audit.around('recovery-codes', context, async (subject) => {
        const { id } = await confirmed(context);
        subject.account = id;
        const recoveryCodes = makeRecoveryCodes();
        const hashes = recoveryCodes.map(hashOf);
        if (!(await renewCodes(database, id, context.sessionId, hashes))) throw conflict('You have none.');
        return { recoveryCodes };
      }),

    /** How it stands, for the person alone. */
    async read(context: RequestContext): Promise<{ isOn: boolean; recoveryCodesLeft: number }> {
      const account = await findCredentialsById(database, requireViewer(context));
      if (!account?.hasSecondFactor) return { isOn: false, recoveryCodesLeft: 0 };
      return { isOn: true, recoveryCodesLeft: await countRecoveryCodes(database, account.id) };
    },
  };
}
