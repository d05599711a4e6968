import type { UserDatabase } from '@murmuration/prisma/user';
import { conflict, notAllowed, unauthenticated } from '@murmuration/service-kit';
import { type RequestContext, requireViewer } from '@murmuration/service-kit/subgraph';
import type { Enter } from '../accounts/enter.ts';
import type { EntryLimits } from '../accounts/entry-limits.ts';
import { confirmationMs } from '../accounts/settings.ts';
import { confirmByPasskeyInput, parseInput, passkeyLogInInput } from '../accounts/validation.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { confirmSession } from '../second-factor/repository.ts';
import type { Tokens } from '../sessions/service.ts';
import { type PasskeyCheck, wrongPasskey } from './check.ts';
import { findCredentialIds } from './repository.ts';
import { aboutSession } from './service.ts';

export type PasskeyEntry = ReturnType<typeof createPasskeyEntry>;

const logIn = 'log-in';

/** What passkeys are for: to come in, and to show that it is still them. */
export function createPasskeyEntry(options: {
  database: UserDatabase;
  check: PasskeyCheck;
  enter: Enter;
  limits: EntryLimits;
  audit: AuditLog;
}) {
  const { audit, check, database, enter, limits } = options;

  return {
    /** The same for everybody: it names nobody, and costs no statement. */
    beginLogIn: async (): Promise<{ options: string }> => ({ options: await check.begin(logIn) }),

    /**
     * Whoever left is back by it. Attempts are not counted by account: nobody guesses a signature, and so an owner comes in
     * whom somebody's guesses at the password keep out.
     * @throws UserErrors `NotAllowed`, the same for a passkey that is nobody's and for a wrong signature;
     *   `SECOND_FACTOR_REQUIRED` or `WRONG_CODE` to who has the passkey; of the challenge; `RateLimited`, `ValidationError`
     */
    finishLogIn: (input: unknown, context: RequestContext): Promise<Tokens> =>
      audit.around('log-in', context, async (subject) => {
        const { credential, deviceName, secondFactorCode } = parseInput(passkeyLogInInput, input);
        await limits.admitLogIn(context);
        const shown = await check.verify(credential, logIn, { mustNameOwner: true });
        const { account } = shown;
        subject.account = account.id;
        if (account.isSuspended) {
          throw notAllowed('This account is suspended.', { code: 'ACCOUNT_SUSPENDED' });
        }
        await check.use(shown, secondFactorCode, context);
        const tokens = await enter(account, context, deviceName ?? null);
        if (!tokens) throw wrongPasskey();
        await limits.forgetAttempts(account);
        subject.session = tokens.sessionId;
        return tokens;
      }),

    /** @throws UserErrors `Conflict` when the viewer has none */
    async beginConfirmation(context: RequestContext): Promise<{ options: string }> {
      const viewerId = requireViewer(context);
      const own = await findCredentialIds(database, viewerId);
      if (own.length === 0) throw conflict('You have no passkey.');
      return { options: await check.begin(aboutSession('confirmation', viewerId, context), own) };
    },

    /**
     * Shows for ten minutes, in this session, that it is the person who asks.
     * @throws UserErrors as {@link finishLogIn}; `Conflict` when the password was changed meanwhile, or the session has ended
     */
    confirm: (input: unknown, context: RequestContext): Promise<{ confirmedUntil: Date }> =>
      audit.around('identity-confirmation', context, async (subject) => {
        const viewerId = requireViewer(context);
        subject.account = viewerId;
        const { credential, secondFactorCode } = parseInput(confirmByPasskeyInput, input);
        const shown = await check.verify(credential, aboutSession('confirmation', viewerId, context));
        const { account } = shown;
        if (account.id !== viewerId) throw wrongPasskey();
        if (account.isSuspended || account.isDeactivated) {
          throw unauthenticated('This account does not exist any more.');
        }
        await check.use(shown, secondFactorCode, context);
        const { sessionId } = context;
        const until = sessionId && (await confirmSession(database, account, sessionId, confirmationMs));
        if (!until) throw conflict('Your password was changed meanwhile, or this session has ended.');
        await limits.forgetAttempts(account);
        return { confirmedUntil: until };
      }),
  };
}
