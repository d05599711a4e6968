import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Secret } from '@murmuration/config';
import { notAllowed } from '@murmuration/service-kit';

export type Secrets = readonly [Secret, ...Secret[]];

/** One that was made here, for what it answers, and not too long ago. Whether it was answered before, `spend` says. */
export interface Challenge {
  digest: Uint8Array<ArrayBuffer>;
  expiresAt: Date;
}

/**
 * What somebody has to sign, once and soon. Nothing is kept of those that nobody answers, so that asking for them costs
 * nothing: each carries its end and a MAC, and only the answered ones are written down until then (`spend`).
 */
export interface Challenges {
  /** @param about what it is for, and whose: it is good for nothing else */
  make(about: string): Uint8Array<ArrayBuffer>;
  /** @throws UserErrors `NotAllowed` with `CHALLENGE_INVALID` or `CHALLENGE_EXPIRED` */
  read(challenge: Buffer, about: string, path: readonly string[]): Challenge;
}

const endBytes = 6;
const nonceBytes = 16;
const headBytes = endBytes + nonceBytes;
const macBytes = 32;

/** The first secret makes challenges, those of all are accepted. */
export function createChallenges(secrets: Secrets, lifeMs: number): Challenges {
  const keys = keysFrom(secrets, 'challenge');
  // What is in front has one length, so nothing can stand for something else.
  const macOf = (key: Buffer, head: Buffer, about: string) =>
    createHmac('sha256', key).update(head).update(about).digest();

  return {
    make(about) {
      const head = Buffer.concat([Buffer.alloc(endBytes), randomBytes(nonceBytes)]);
      head.writeUIntBE(Date.now() + lifeMs, 0, endBytes);
      return new Uint8Array(Buffer.concat([head, macOf(keys[0], head, about)]));
    },
    read(challenge, about, path) {
      const head = challenge.subarray(0, headBytes);
      const mac = challenge.subarray(headBytes);
      const isOurs =
        mac.length === macBytes && keys.some((key) => timingSafeEqual(macOf(key, head, about), mac));
      if (!isOurs) throw challengeInvalid(path);
      const expiresAt = new Date(head.readUIntBE(0, endBytes));
      if (expiresAt.getTime() < Date.now()) throw challengeExpired(path);
      return { digest: digestOf(head), expiresAt };
    },
  };
}

/** A key for each secret, good for nothing else. */
export function keysFrom(secrets: Secrets, purpose: string): [Buffer, ...Buffer[]] {
  const keyOf = ({ secret }: Secret) =>
    Buffer.from(hkdfSync('sha256', secret, '', `murmuration ${purpose}`, 32));
  const [first, ...others] = secrets;
  return [keyOf(first), ...others.map(keyOf)];
}

/** What is written down of a challenge, by what is like no other in it. */
export function digestOf(nonce: string | Buffer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(nonce).digest());
}

export function challengeInvalid(path: readonly string[]) {
  return notAllowed('This answers nothing that was asked here. Begin anew.', {
    code: 'CHALLENGE_INVALID',
    path,
  });
}

export function challengeExpired(path: readonly string[]) {
  return notAllowed('This comes too late. Begin anew.', { code: 'CHALLENGE_EXPIRED', path });
}
