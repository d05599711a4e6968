import { type Logger, startChores } from '@murmuration/service-kit';
import type { Sql } from '../database/pool.ts';
import { listLimits } from './limits.ts';

const some = (table: string, condition: string) =>
  `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${table} WHERE ${condition} LIMIT ${listLimits.rowsAtOnce}))`;
const ofGone = 'list_id IN (SELECT id FROM list WHERE deleted_at IS NOT NULL)';

/** The list itself last, when nobody makes it, or follows it, late any more. */
const steps = [
  ...['list_member', 'list_follow', 'list_marker'].map((table) => some(table, ofGone)),
  some('list', `deleted_at < clock_timestamp() - ${listLimits.keptHours} * interval '1 hour'`),
];

/** Removes what hangs on lists that are gone, in bounded steps that are transactions of their own. */
export async function retireLists(sql: Sql): Promise<void> {
  for (const step of steps) {
    let changed: number | null;
    do ({ rowCount: changed } = await sql.query(step));
    while (changed === listLimits.rowsAtOnce);
  }
}

/** Does it once in a while. */
export function startRetiringLists(options: { sql: Sql; logger: Logger }): { stop(): Promise<void> } {
  const { logger, sql } = options;
  return startChores(
    [{ name: 'forget lists', everyMs: listLimits.retireEveryMs, run: () => retireLists(sql) }],
    logger,
  );
}
