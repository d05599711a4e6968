import { decodeId, encodeId, type PasskeyId, type UserId } from '@murmuration/ids';
import type { UserDatabase } from '@murmuration/prisma/user';
import { notFound, validationError } from '@murmuration/service-kit';
import { type RequestContext, requireViewer } from '@murmuration/service-kit/subgraph';
import { generateRegistrationOptions } from '@simplewebauthn/server';
import type { PasswordCheck } from '../accounts/password-check.ts';
import { parseInput, registerPasskeyInput, renamePasskeyInput } from '../accounts/validation.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Challenges } from '../challenges/challenges.ts';
import { algorithms, readRegistration, userHandleOf, verifyRegistration } from './credential.ts';
import {
  deletePasskey,
  findCredentialIds,
  findPasskeys,
  insertPasskey,
  type PasskeyView,
  putPasskeyName,
  refuseTooMany,
} from './repository.ts';
import type { PasskeySettings } from './settings.ts';

export type PasskeyService = ReturnType<typeof createPasskeyService>;

/** The passkeys that a person has. What is done about them takes a session that is confirmed, but for their names. */
export function createPasskeyService(options: {
  database: UserDatabase;
  challenges: Challenges;
  checkPassword: PasswordCheck;
  audit: AuditLog;
  settings: PasskeySettings;
}) {
  const { audit, challenges, checkPassword, database, settings } = options;
  const confirmed = (viewerId: UserId, context: RequestContext) =>
    checkPassword(viewerId, { field: null, password: null }, context);

  return {
    /** An account's own, newest first. */
    list: (accountId: UserId): Promise<PasskeyView[]> => findPasskeys(database, accountId),

    /** @throws UserErrors `NotAllowed`, `LimitReached` */
    async beginRegistration(context: RequestContext): Promise<{ options: string }> {
      const { handle, id } = await confirmed(requireViewer(context), context);
      const own = await findCredentialIds(database, id);
      refuseTooMany(own.length, settings.maxPasskeys);
      const asked = await generateRegistrationOptions({
        rpName: 'Murmuration',
        rpID: settings.rpId,
        userName: handle,
        userID: new Uint8Array(userHandleOf(id)),
        challenge: challenges.make(aboutSession('registration', id, context)),
        excludeCredentials: own.map(({ credentialId, transports }) => ({
          id: Buffer.from(credentialId).toString('base64url'),
          transports,
        })),
        // So that it is found without a name.
        authenticatorSelection: { residentKey: 'required', userVerification: 'preferred' },
        supportedAlgorithmIDs: algorithms,
      });
      return { options: JSON.stringify(asked) };
    },

    /**
     * @throws UserErrors `NotAllowed`, of the challenge too; `ValidationError` for what is no passkey of this site, `Conflict`
     *   when somebody has it; `LimitReached`
     */
    finishRegistration: (input: unknown, context: RequestContext): Promise<{ passkey: PasskeyView }> =>
      audit.around('passkey-registration', context, async (subject) => {
        const viewerId = requireViewer(context);
        subject.account = viewerId;
        const { credential, name = null } = parseInput(registerPasskeyInput, input);
        await confirmed(viewerId, context);
        const registration = readRegistration(credential);
        const about = aboutSession('registration', viewerId, context);
        const made =
          registration &&
          (await verifyRegistration(registration, settings, (challenge) =>
            challenges.read(challenge, about, ['credential']),
          ));
        if (!made) throw validationError('credential', 'This is no passkey of this site.');
        const { challenge, passkey } = made;
        const { maxPasskeys } = settings;
        const added = { passkey: { ...passkey, name }, challenge, maxPasskeys };
        return { passkey: await insertPasskey(database, viewerId, context.sessionId, added) };
      }),

    /** @throws UserErrors `ValidationError`; `NotFound` for a passkey that is nobody's or somebody else's */
    async rename(input: unknown, context: RequestContext): Promise<{ passkey: PasskeyView }> {
      const viewerId = requireViewer(context);
      const { name = null, passkeyId } = parseInput(renamePasskeyInput, input);
      const passkey = await putPasskeyName(database, viewerId, readPasskeyId(passkeyId), name);
      if (!passkey) throw missing();
      return { passkey };
    },

    /** @throws UserErrors `ValidationError`, `NotAllowed`; `NotFound` for a passkey that is not the viewer's */
    remove: (wire: string, context: RequestContext): Promise<object> =>
      audit.around('passkey-removal', context, async (subject) => {
        const viewerId = requireViewer(context);
        subject.account = viewerId;
        const id = readPasskeyId(wire);
        await confirmed(viewerId, context);
        if (!(await deletePasskey(database, viewerId, context.sessionId, id))) throw missing();
        return {};
      }),
  };
}

/** What a challenge is for that one session of somebody asked for: no other may answer it. */
export function aboutSession(
  purpose: 'registration' | 'confirmation',
  viewerId: UserId,
  { sessionId }: Pick<RequestContext, 'sessionId'>,
): string {
  const session = sessionId === null ? 'no session' : encodeId('Session', sessionId);
  return `${purpose} ${encodeId('User', viewerId)} ${session}`;
}

function readPasskeyId(wire: string): PasskeyId {
  const id = decodeId('Passkey', wire);
  if (id === null) throw validationError('passkeyId', 'This is not the id of a passkey.');
  return id;
}

function missing() {
  return notFound('passkey', { path: ['passkeyId'] });
}
