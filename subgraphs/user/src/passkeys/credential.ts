import { type PasskeyId, encodeId, type UserId } from '@murmuration/ids';
import { UserErrors } from '@murmuration/service-kit';
import {
  type AuthenticationResponseJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { z } from 'zod';
import type { Challenge } from '../challenges/challenges.ts';
import type { KnownPasskey, NewPasskey } from './repository.ts';
import { type PasskeySettings, passkeyLimits } from './settings.ts';

/** ES256, EdDSA and RS256: what authenticators have. */
export const algorithms = [-7, -8, -257];

const base64url = z.string().regex(/^[\w-]+$/);
const shape = { id: base64url, rawId: base64url, type: z.literal('public-key') };
const registration = z.object({
  ...shape,
  response: z.object({
    clientDataJSON: base64url,
    attestationObject: base64url,
    transports: z.array(z.string().max(32)).max(8).default([]),
  }),
});
const assertion = z.object({
  ...shape,
  response: z.object({
    clientDataJSON: base64url,
    authenticatorData: base64url,
    signature: base64url,
    userHandle: base64url.nullish(),
  }),
});
export type Registration = z.infer<typeof registration>;
export type Assertion = z.infer<typeof assertion>;

/** What a browser answered, as it writes it; null for anything else. */
export const readRegistration = (text: string) => read(registration, text);
export const readAssertion = (text: string) => read(assertion, text);

function read<Value>(schema: z.ZodType<Value>, text: string): Value | null {
  if (text.length > passkeyLimits.credentialCharacters) return null;
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** Reads the challenge that was answered. @throws UserErrors for one that is no good */
export type ReadChallenge = (challenge: Buffer) => Challenge;

type Site = Pick<PasskeySettings, 'rpId' | 'origins'>;

/** @returns null for what no authenticator made for this site. @throws UserErrors of the challenge */
export function verifyRegistration(
  { response, ...rest }: Registration,
  site: Site,
  readChallenge: ReadChallenge,
): Promise<{ passkey: Omit<NewPasskey, 'name'>; challenge: Challenge } | null> {
  return believed(readChallenge, async (expectedChallenge) => {
    const { registrationInfo: info } = await verifyRegistrationResponse({
      // Of transports browsers make up new ones.
      response: { ...rest, response, clientExtensionResults: {} } as RegistrationResponseJSON,
      expectedChallenge,
      expectedOrigin: [...site.origins],
      expectedRPID: site.rpId,
      requireUserVerification: false,
      supportedAlgorithmIDs: algorithms,
    });
    if (!info) return null;
    const passkey = {
      credentialId: new Uint8Array(Buffer.from(info.credential.id, 'base64url')),
      publicKey: new Uint8Array(info.credential.publicKey),
      signCount: info.credential.counter,
      transports: response.transports,
      isSynced: info.credentialBackedUp,
    };
    return { passkey };
  });
}

/** What a passkey signed. */
export interface Signed {
  id: PasskeyId;
  accountId: UserId;
  challenge: Challenge;
  signCount: number;
  isSynced: boolean;
  /** By a finger, a face or a PIN: it is more than something that one has. */
  isUserVerified: boolean;
}

/** @returns null for what this passkey did not sign for this site. @throws UserErrors of the challenge */
export function verifyAssertion(
  { response, ...rest }: Assertion,
  known: KnownPasskey,
  site: Site,
  readChallenge: ReadChallenge,
): Promise<Signed | null> {
  const { accountId, id } = known;
  const { userHandle, ...signed } = response;
  return believed(readChallenge, async (expectedChallenge) => {
    if (userHandle != null && userHandle !== userHandleOf(accountId).toString('base64url')) return null;
    const { authenticationInfo: info, verified } = await verifyAuthenticationResponse({
      response: {
        ...rest,
        response: signed,
        clientExtensionResults: {},
      } satisfies AuthenticationResponseJSON,
      expectedChallenge,
      expectedOrigin: [...site.origins],
      expectedRPID: site.rpId,
      // Of two at once both would find the count of before: it is compared where it is written.
      credential: { id: rest.id, publicKey: known.publicKey, counter: 0 },
      requireUserVerification: false,
    });
    if (!verified) return null;
    const { credentialBackedUp: isSynced, newCounter: signCount, userVerified: isUserVerified } = info;
    return { id, accountId, signCount, isSynced, isUserVerified };
  });
}

/** Whose a passkey is, as it keeps it: nothing but an id. */
export function userHandleOf(id: UserId): Buffer {
  return Buffer.from(encodeId('User', id));
}

/** What the library throws says what was wrong to developers; to everybody else it is no passkey. */
async function believed<Value extends object>(
  readChallenge: ReadChallenge,
  verify: (expectedChallenge: (text: string) => boolean) => Promise<Value | null>,
): Promise<(Value & { challenge: Challenge }) | null> {
  let challenge: Challenge | undefined;
  try {
    const value = await verify((text) => {
      challenge = readChallenge(Buffer.from(text, 'base64url'));
      return true;
    });
    return value && challenge ? { ...value, challenge } : null;
  } catch (error) {
    if (error instanceof UserErrors) throw error;
    return null;
  }
}
