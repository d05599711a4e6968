import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@murmuration/service-kit';
import pg from 'pg';

export const electionLimits = {
  /** How often a candidate asks for the lock. Asking beats waiting in SQL: transaction_timeout ends waits. */
  askMs: 500,
  /** How often the leader asks its lock's connection whether it still stands. */
  heartbeatMs: 5_000,
  answerMs: 5_000,
} as const;

/** The server finds a vanished leader within 11 seconds and frees its lock. */
const serverKeepAlives =
  '-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3 -c idle_session_timeout=0';

/**
 * Leads once, if elected before `signal` aborts. The advisory lock lives on a connection of its own, which
 * must never go through a transaction pooler; `lead` gets a signal that aborts with it. The lock only
 * elects: two may lead for a moment, and the fence keeps that harmless.
 */
export async function leadOnce(options: {
  connection: pg.ClientConfig;
  /** What is led; one leader each in a database. */
  office: string;
  signal: AbortSignal;
  logger: Logger;
  lead(signal: AbortSignal): Promise<void>;
}): Promise<void> {
  const client = new pg.Client({
    ...options.connection,
    keepAlive: true,
    connectionTimeoutMillis: electionLimits.answerMs,
    query_timeout: electionLimits.answerMs,
    options: `${options.connection.options ?? ''} ${serverKeepAlives}`.trim(),
  });
  const lost = new AbortController();
  client.on('error', () => lost.abort());
  client.on('end', () => lost.abort());
  const signal = AbortSignal.any([options.signal, lost.signal]);
  try {
    await client.connect();
    if (!(await win(client, options.office, signal))) return;
    options.logger.info({ office: options.office }, 'leads');
    const heartbeat = setInterval(() => {
      client.query('SELECT 1').catch(() => lost.abort());
    }, electionLimits.heartbeatMs);
    try {
      await options.lead(signal);
    } finally {
      clearInterval(heartbeat);
    }
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function win(client: pg.Client, office: string, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    const { rows } = await client.query<{ won: boolean }>(
      'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS won',
      [office],
    );
    if (rows[0]?.won) return true;
    await sleep(electionLimits.askMs, undefined, { signal }).catch(() => undefined);
  }
  return false;
}
