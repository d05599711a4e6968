import { Counter, type Logger, metrics } from '@murmuration/service-kit';
import type { Sql } from '../database/pool.ts';
import type { HomeCache } from '../home-cache/cache.ts';
import { auditLimits, type TimelineLimits, timelineLimits } from '../limits.ts';
import { type Audit, auditReader } from './audit.ts';

const audits = new Counter({
  name: 'home_timeline_audits_total',
  help: 'Cached home timelines compared with the database, by outcome',
  labelNames: ['outcome'],
  registers: [metrics],
});

// From zero on, or the first difference would not be a rise.
for (const outcome of ['cold', 'equal', 'late', 'healed'] satisfies Audit[]) audits.labels(outcome).inc(0);

/** Readers around a random place. An audit counts as a read: a list that it finds warm stays warm. */
const sampleSql = `SELECT id FROM reader WHERE id >= (
    SELECT (min(id) + random() * (max(id) - min(id)))::bigint FROM reader) ORDER BY id LIMIT $1`;

/** Samples readers for ever, so that a difference nobody thought of is counted and does not stay. */
export function startAudits(options: {
  sql: Sql;
  cache: HomeCache;
  logger: Logger;
  everyMs: number;
  limits?: TimelineLimits;
}): {
  stop(): Promise<void>;
} {
  const { sql, cache, logger, everyMs, limits = timelineLimits } = options;
  let running: Promise<void> | undefined;

  async function audit(): Promise<void> {
    if (cache.namespace() === null) return;
    const { rows } = await sql.query<{ id: bigint }>(sampleSql, [auditLimits.readers]);
    for (const { id } of rows) {
      const outcome = await auditReader({ sql, cache, limits }, id);
      audits.labels(outcome).inc();
      if (outcome === 'healed') logger.error({ readerId: String(id) }, 'a cached timeline lacked an entry');
    }
  }

  const timer = setInterval(() => {
    running ??= audit()
      .catch((error: unknown) => logger.warn({ err: error }, 'an audit failed'))
      .finally(() => {
        running = undefined;
      });
  }, everyMs);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
