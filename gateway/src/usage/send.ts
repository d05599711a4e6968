import { request } from 'undici';
import { z } from 'zod';
import { usageLimits } from './limits.ts';

/**
 * What became of a report: it is there, but for operations that the registry does not keep; it does not know operations that came by their
 * hash alone; it may do later; or it will never be taken.
 */
export type Sent =
  | { status: 'taken'; unkept: readonly string[] }
  | { status: 'unknown'; operations: readonly string[] }
  | { status: 'later'; because: string }
  | { status: 'refused'; because: string };

export type Send = (report: Buffer, timeoutMs: number) => Promise<Sent>;

const hashes = z.array(z.string()).default([]);
const taken = z.object({ unkept: hashes });
const unknown = z.object({ error: z.object({ code: z.literal('UNKNOWN_OPERATIONS'), operations: hashes }) });

/** Sends reports to a registry. Never rejects. */
export function createSend(url: string, token: string | undefined): Send {
  return async (report, timeoutMs) => {
    try {
      const { body, statusCode } = await request(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token && { authorization: `Bearer ${token}` }),
        },
        body: report,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
        signal: AbortSignal.timeout(timeoutMs),
      });
      const answer = await readJson(body);
      if (statusCode >= 200 && statusCode < 300)
        return { status: 'taken', unkept: taken.safeParse(answer).data?.unkept ?? [] };
      const missing = statusCode === 409 ? unknown.safeParse(answer).data : undefined;
      if (missing) return { status: 'unknown', operations: missing.error.operations };
      const because = `${url} answered ${statusCode}`;
      // Of what cannot be read or is too large no attempt makes something else.
      return statusCode === 400 || statusCode === 413
        ? { status: 'refused', because }
        : { status: 'later', because };
    } catch (error) {
      return { status: 'later', because: error instanceof Error ? error.message : String(error) };
    }
  };
}

/** Undefined for what is no JSON; what is longer than an answer may be ends the connection. */
async function readJson(body: AsyncIterable<Buffer>): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > usageLimits.answerBytes) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
}
