import { Pool } from 'undici';

export interface Load {
  requests: number;
  seconds: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  errors: number;
}

/** Sends one operation again and again over some connections, as one reader after the other. */
export async function runLoad(options: {
  url: string;
  query: string;
  tokens: readonly string[];
  connections: number;
  seconds: number;
}): Promise<Load> {
  const { connections, query, seconds, tokens, url } = options;
  const pool = new Pool(url, { connections, pipelining: 1 });
  const body = JSON.stringify({ query });
  const times: number[] = [];
  let errors = 0;
  let turn = 0;

  async function once(): Promise<void> {
    const startedAtMs = performance.now();
    const { statusCode, body: answer } = await pool.request({
      method: 'POST',
      path: '/graphql',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${tokens[turn++ % tokens.length]}`,
      },
      body,
    });
    const text = await answer.text();
    times.push(performance.now() - startedAtMs);
    if (statusCode !== 200 || text.includes('"errors"')) errors++;
  }

  const startedAtMs = performance.now();
  const endsAtMs = startedAtMs + seconds * 1_000;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < endsAtMs) await once();
    }),
  );
  const took = (performance.now() - startedAtMs) / 1_000;
  await pool.close();
  times.sort((a, b) => a - b);
  const at = (part: number) => times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0;
  return {
    requests: times.length,
    seconds: took,
    perSecond: times.length / took,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    errors,
  };
}
