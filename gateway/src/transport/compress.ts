import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { HttpAnswer } from './http-answer.ts';

const compressed = promisify(gzip);

/** Fast rather than small: most of a JSON answer's redundancy goes at the lowest levels. */
const level = 2;

/** `gzip` by name, and not with the weight of nothing. */
const takesGzip = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i;

/**
 * Compresses a long answer for a client that takes it. Short ones cost more time than they save, and 0 leaves it
 * all to the proxy in front.
 */
export function compress(
  answer: HttpAnswer,
  acceptEncoding: string | string[] | undefined,
  fromBytes: number,
): HttpAnswer | Promise<HttpAnswer> {
  const { body, headers } = answer;
  if (fromBytes === 0 || body.length < fromBytes || typeof body !== 'string') return answer;
  headers['vary'] = 'accept-encoding';
  if (!takesGzip.test(String(acceptEncoding ?? ''))) return answer;
  headers['content-encoding'] = 'gzip';
  return compressed(body, { level }).then((bytes) => ({ ...answer, body: bytes }));
}
