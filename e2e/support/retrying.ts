import { setTimeout as sleep } from 'node:timers/promises';
import type { GraphAnswer, GraphClient } from '@murmuration/testing';

/** The waits between them are thirteen seconds together: a process that was killed is back by then on a slow machine. */
const attempts = 8;
const firstWaitMs = 50;

export interface Retries {
  operations: number;
  /** Attempts after the first. */
  retries: number;
  /** Why, by number. */
  reasons: Map<string, number>;
  /** Operations that no attempt brought to a good end. */
  failures: string[];
}

export const noRetries = (): Retries => ({ operations: 0, retries: 0, reasons: new Map(), failures: [] });

/**
 * Sends an operation as apps do: again, after a moment, when nobody answered, when a proxy or the gateway
 * says that nobody could (502, 503, 504, DOWNSTREAM_ERROR), and never after any other answer. Only for what
 * may be repeated: reads, and mutations that are idempotent or carry a key. Undefined when it failed.
 */
export async function askRetrying<Data>(
  client: GraphClient,
  seen: Retries,
  query: string,
  variables: object,
): Promise<Data | undefined> {
  seen.operations += 1;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await client.send<Data>(query, variables).then(judge, (error: unknown) => ({
      status: 'again' as const,
      because:
        error instanceof Error ? String((error.cause as Error | undefined)?.message ?? error) : 'unknown',
    }));
    if (outcome.status === 'good') return outcome.data;
    if (outcome.status === 'failed' || attempt === attempts) {
      seen.failures.push(outcome.because);
      return undefined;
    }
    seen.retries += 1;
    seen.reasons.set(outcome.because, (seen.reasons.get(outcome.because) ?? 0) + 1);
    await sleep(firstWaitMs * 2 ** attempt * (0.5 + Math.random()));
  }
}

type Outcome<Data> =
  | { status: 'good'; data: Data }
  | { status: 'again'; because: string }
  | { status: 'failed'; because: string };

function judge<Data>({ status, data, errors }: GraphAnswer<Data>): Outcome<Data> {
  if (status >= 502 && status <= 504) return { status: 'again', because: String(status) };
  if (errors.length === 0 && data != null) return { status: 'good', data };
  const codes = errors.map(({ extensions }) => extensions?.code ?? 'none');
  const isAway = codes.length > 0 && codes.every((code) => code === 'DOWNSTREAM_ERROR');
  if (isAway) return { status: 'again', because: `${codes[0]} at ${errors[0]?.path?.join('.')}` };
  return { status: 'failed', because: JSON.stringify({ status, errors }) };
}
