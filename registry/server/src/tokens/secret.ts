import { createHash, randomBytes } from 'node:crypto';

/** What a token begins with, so that scanners of leaked secrets know it. */
const prefix = 'mrt_';
const shape = /^mrt_[A-Za-z0-9_-]{43}$/;

/** A new secret of 256 random bits, which need no salt when they are hashed. */
export function newSecret(): string {
  return `${prefix}${randomBytes(32).toString('base64url')}`;
}

export function isSecret(text: string): boolean {
  return shape.test(text);
}

/** What is kept of a secret, hexadecimal. */
export function hashOfSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
