import { Pool } from 'undici';

export interface Load {
  readonly url: string;
  readonly connections: number;
  readonly durationMs: number;
  readonly body: (i: number) => string;
  readonly headers: (i: number) => Record<string, string>;
}

export interface Loaded {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Closed loop: each connection sends its next request when the last is answered. Any failure ends the bench. */
export async function load({ url, connections, durationMs, body, headers }: Load): Promise<Loaded> {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections });
  const times: number[] = [];
  const startedMs = performance.now();
  let sent = 0;
  async function work(): Promise<void> {
    while (performance.now() - startedMs < durationMs) {
      const i = sent++;
      const sentMs = performance.now();
      const answer = await pool.request({
        method: 'POST',
        path: pathname,
        headers: { 'content-type': 'application/json', ...headers(i) },
        body: body(i),
      });
      const text = await answer.body.text();
      if (answer.statusCode !== 200 || text.includes('"errors"')) throw new Error(text.slice(0, 500));
      times.push(performance.now() - sentMs);
    }
  }
  await Promise.all(Array.from({ length: connections }, work));
  const seconds = (performance.now() - startedMs) / 1_000;
  await pool.close();
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { requests: times.length, perSecond: times.length / seconds, p50Ms: at(0.5), p99Ms: at(0.99) };
}
