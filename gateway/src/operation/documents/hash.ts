import { hash } from 'node:crypto';

/** The name of a document everywhere: in the cache, in Redis, in lists of trusted ones, with clients. */
export function hashOf(text: string): string {
  return hash('sha256', text, 'hex');
}

export function isHash(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}
