import type { Sql } from '../database/pool.ts';
import { pushedToSql } from '../home-cache/pushed-to.ts';
import { fanoutAge, fanoutLag } from './metrics.ts';

/** How far the fan-out is behind the log. */
export interface FanoutLag {
  namespace: string;
  events: number;
  /** Age of the oldest event that waits, in seconds. */
  seconds: number;
}

/** Reads how far the fan-out is behind, and tells the metrics. */
export async function measureFanout(sql: Sql): Promise<FanoutLag> {
  const { rows } = await sql.query<FanoutLag>({
    name: 'fanout-lag',
    text: `SELECT p.namespace, (h.seq - p.seq)::float8 AS events, coalesce((
        SELECT extract(epoch FROM clock_timestamp() - w.created_at) FROM timeline_event w
        WHERE w.seq = p.seq + 1), 0)::float8 AS seconds
      FROM timeline_head h CROSS JOIN (${pushedToSql}) p`,
  });
  const [lag = { namespace: '', events: 0, seconds: 0 }] = rows;
  fanoutLag.set(lag.events);
  fanoutAge.set(lag.seconds);
  return lag;
}
