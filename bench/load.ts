import { type Answer, createPool } from '@murmuration/gateway/src/execution/fetch/http1/pool.ts';
import { requestWriter } from '@murmuration/gateway/src/execution/fetch/http1/request-text.ts';

export interface Load {
  readonly url: string;
  readonly connections: number;
  readonly durationMs: number;
  /** Of the i-th request. */
  readonly body: (i: number) => string;
  readonly headers: (i: number) => Record<string, string>;
}

export interface Loaded {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/**
 * Closed loop: each connection sends its next request when the last is answered. Any failure ends the bench. It
 * shares the cores with what it measures, so it goes by the gateway's own pool: undici's takes as much for a
 * small answer as a service does.
 */
export async function load({ url, connections, durationMs, body, headers }: Load): Promise<Loaded> {
  const target = new URL(url);
  const limits = { connections, keepAliveMs: 60_000, connectionMaxLifeMs: 600_000, connectTimeoutMs: 5_000 };
  const pool = createPool(target, limits);
  const write = requestWriter(target, { 'content-type': 'application/json' });
  const times: number[] = [];
  const startedMs = performance.now();
  let sent = 0;
  const send = (i: number) =>
    new Promise<Answer>((onAnswer, onError) => {
      pool.send({ ...write(headers(i), body(i)), maxAnswerBytes: 64 * 1024 * 1024, onAnswer, onError });
    });
  async function work(): Promise<void> {
    while (performance.now() - startedMs < durationMs) {
      const sentMs = performance.now();
      const { status, text } = await send(sent++);
      times.push(performance.now() - sentMs);
      if (status !== 200 || text.includes('"errors"')) throw new Error(text.slice(0, 500));
    }
  }
  await Promise.all(Array.from({ length: connections }, work));
  const seconds = (performance.now() - startedMs) / 1_000;
  await pool.close();
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { requests: times.length, perSecond: times.length / seconds, p50Ms: at(0.5), p99Ms: at(0.99) };
}
