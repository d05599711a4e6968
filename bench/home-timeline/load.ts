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

  function once(): Promise<void> {
    const startedAtMs = performance.now();
    const authorization = `Bearer ${tokens[turn++ % tokens.length]}`;
    const headers = { 'content-type': 'application/json', authorization };
    return new Promise((resolve, reject) => {
      let status = 0;
      const chunks: Buffer[] = [];
      // Not `request()`: its stream takes as much of the two cores as a service does for a small answer.
      pool.dispatch(
        { method: 'POST', path: '/graphql', headers, body },
        {
          onRequestStart: () => undefined,
          onResponseStart: (_controller, statusCode) => void (status = statusCode),
          onResponseData: (_controller, chunk) => void chunks.push(chunk),
          onResponseEnd() {
            times.push(performance.now() - startedAtMs);
            if (status !== 200 || Buffer.concat(chunks).includes('"errors"')) errors++;
            resolve();
          },
          onResponseError: (_controller, error) => reject(error),
        },
      );
    });
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
