import { type Answer, createPool } from '@murmuration/gateway/src/execution/fetch/http1/pool.ts';
import { requestWriter } from '@murmuration/gateway/src/execution/fetch/http1/request-text.ts';

export interface Client {
  send(headers: Record<string, string>, body: string): Promise<Answer>;
  close(): Promise<void>;
}

/**
 * Sends GraphQL by the gateway's own pool: the load shares the cores with what it measures, and undici's takes as
 * much for a small answer as a service does. More requests at once than connections wait for one.
 */
export function openClient(url: string, connections: number): Client {
  const target = new URL(url);
  const limits = { connections, keepAliveMs: 60_000, connectionMaxLifeMs: 600_000, connectTimeoutMs: 5_000 };
  const pool = createPool(target, limits);
  const write = requestWriter(target, { 'content-type': 'application/json' });
  return {
    send: (headers, body) =>
      new Promise((onAnswer, onError) => {
        pool.send({ ...write(headers, body), maxAnswerBytes: 64 * 1024 * 1024, onAnswer, onError });
      }),
    close: () => pool.close(),
  };
}
