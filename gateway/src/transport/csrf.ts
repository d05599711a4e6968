import type { IncomingMessage } from 'node:http';
import { mediaTypeOf } from './media-type.ts';

/** Headers that a page of a foreign origin cannot send without asking first. */
const preflighted = ['apollo-require-preflight', 'x-apollo-operation-name'];

/** Whether a GET can have been sent by any page at all. A POST cannot: its media type is none that forms send. */
export function isForgeable({ headers, method }: IncomingMessage): boolean {
  if (method !== 'GET') return false;
  return (
    !preflighted.some((name) => headers[name]) && mediaTypeOf(headers['content-type']) !== 'application/json'
  );
}
