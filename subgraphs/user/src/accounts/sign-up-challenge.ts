import type { UserDatabase } from '@murmuration/prisma/user';
import { notAllowed } from '@murmuration/service-kit';
import { createChallenge, verifySolution } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import { z } from 'zod';
import {
  type Challenge,
  challengeExpired,
  challengeInvalid,
  digestOf,
  keysFrom,
  type Secrets,
} from '../challenges/challenges.ts';
import { spend } from '../challenges/spend.ts';
import type { AccountSettings } from './settings.ts';

/** What makes many sign-ups dear: a proof of work (ALTCHA), for one sign-up and a while. Off unless it is set. */
export interface SignUpChallenge {
  /** As JSON text; null where none is asked for. */
  make(): Promise<string | null>;
  /**
   * That a challenge of ours was solved in time. Costs one of the 256 tries, or so, that solving it takes.
   * @returns what uses it up; null where none is asked for
   * @throws UserErrors `NotAllowed` with `CHALLENGE_REQUIRED`, `CHALLENGE_EXPIRED` or `CHALLENGE_INVALID`
   */
  verify(solution: string | null | undefined): Promise<SolvedChallenge | null>;
}

export interface SolvedChallenge {
  /** @throws UserErrors `NotAllowed` with `CHALLENGE_USED` */
  use(): Promise<void>;
}

const path = ['challengeSolution'];
const longestSolution = 4_096;

const payload = z.object({
  challenge: z.object({
    // Whatever there is in it is signed.
    parameters: z.looseObject({
      algorithm: z.string(),
      nonce: z.string(),
      salt: z.string(),
      cost: z.number(),
      keyLength: z.number(),
      keyPrefix: z.string(),
      expiresAt: z.number(),
    }),
    signature: z.string(),
  }),
  solution: z.object({ counter: z.number(), derivedKey: z.string() }),
});
type Payload = z.infer<typeof payload>;

export function createSignUpChallenge(options: {
  database: UserDatabase;
  /** The first signs, those of all are accepted. */
  secrets: Secrets;
  settings: Pick<AccountSettings, 'signUpChallenge' | 'signUpChallengeDifficulty' | 'signUpChallengeSeconds'>;
}): SignUpChallenge {
  const { database, secrets, settings } = options;
  if (settings.signUpChallenge === 'off') return { make: async () => null, verify: async () => null };
  const keys = keysFrom(secrets, 'sign-up challenge').map((key) => key.toString('hex'));

  async function read({ challenge, solution }: Payload): Promise<Challenge> {
    for (const hmacSignatureSecret of keys) {
      const result = await verifySolution({ challenge, solution, deriveKey, hmacSignatureSecret });
      if (result.expired) throw challengeExpired(path);
      if (result.invalidSignature) continue;
      if (!result.verified) break;
      const { expiresAt, nonce } = challenge.parameters;
      return { digest: digestOf(nonce), expiresAt: new Date(expiresAt * 1_000) };
    }
    throw challengeInvalid(path);
  }

  return {
    async make() {
      const challenge = await createChallenge({
        algorithm: 'PBKDF2/SHA-256',
        cost: settings.signUpChallengeDifficulty,
        // One of 256 keys begins so.
        keyPrefix: '00',
        deriveKey,
        expiresAt: Math.floor(Date.now() / 1_000) + settings.signUpChallengeSeconds,
        hmacSignatureSecret: String(keys[0]),
      });
      return JSON.stringify(challenge);
    },
    async verify(solution) {
      if (solution == null) {
        throw notAllowed('Solve what is asked for first.', { code: 'CHALLENGE_REQUIRED', path });
      }
      const given = payloadOf(solution);
      if (!given) throw challengeInvalid(path);
      const challenge = await read(given);
      return { use: () => spend(database, challenge, path) };
    },
  };
}

/** Base 64 of JSON, as the widget has it. */
function payloadOf(solution: string): Payload | null {
  if (solution.length > longestSolution) return null;
  try {
    return payload.safeParse(JSON.parse(Buffer.from(solution, 'base64').toString())).data ?? null;
  } catch {
    return null;
  }
}
