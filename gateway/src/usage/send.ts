import { request } from 'undici';
import type { UsageReport } from './report.ts';

/** What became of a report: it is there, it may do later, or it will never be taken. */
export type Sent =
  | { status: 'taken' }
  | { status: 'later'; because: string }
  | { status: 'refused'; because: string };

export type Send = (report: UsageReport, timeoutMs: number) => Promise<Sent>;

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
        body: JSON.stringify(report),
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
        signal: AbortSignal.timeout(timeoutMs),
      });
      await body.dump();
      if (statusCode >= 200 && statusCode < 300) return { status: 'taken' };
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
