import { openClient } from './client.ts';
import { timesOf } from './times.ts';

export interface Load {
  readonly url: string;
  readonly connections: number;
  readonly durationMs: number;
  /** Of the i-th request. */
  readonly body: (i: number) => string;
  readonly headers: (i: number) => Record<string, string>;
  /** Whether this is the answer to the i-th request. Who gives it has failures counted; else the first ends the bench. */
  readonly isRight?: (i: number, text: string) => boolean;
}

export interface Loaded {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Errors, wrong answers and broken connections. The first is printed. */
  readonly failures: number;
}

/** Closed loop: each connection sends its next request when the last is answered. */
export async function load(asked: Load): Promise<Loaded> {
  const { url, connections, durationMs, body, headers } = asked;
  const { isRight = (_: number, text: string) => !text.includes('"errors"') } = asked;
  const client = openClient(url, connections);
  const times: number[] = [];
  const startedMs = performance.now();
  let sent = 0;
  let failures = 0;
  async function work(): Promise<void> {
    while (performance.now() - startedMs < durationMs) {
      const sentMs = performance.now();
      const i = sent++;
      const problem = await client
        .send(headers(i), body(i))
        .then(
          ({ status, text }) => (status === 200 && isRight(i, text) ? undefined : `${status} ${text}`),
          String,
        );
      times.push(performance.now() - sentMs);
      if (problem === undefined) continue;
      const said = `${url}: ${problem.slice(0, 500)}`;
      if (!asked.isRight) throw new Error(said);
      if (failures++ === 0) console.error(said);
    }
  }
  await Promise.all(Array.from({ length: connections }, work));
  const seconds = (performance.now() - startedMs) / 1_000;
  await client.close();
  return { requests: times.length, perSecond: times.length / seconds, ...timesOf(times), failures };
}
