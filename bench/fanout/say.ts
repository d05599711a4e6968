import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';

/** Posts written straight into the projection and its log, all at once, in the turn of the authors. */
export async function say(timeline: pg.Client, authors: readonly bigint[], posts: number): Promise<void> {
  const turn = Array.from({ length: posts }, (_, index) => authors[index % authors.length]);
  await timeline.query('BEGIN');
  const { rows } = await timeline.query<{ seq: string }>('SELECT seq FROM timeline_head FOR UPDATE');
  await timeline.query(
    `WITH said AS (
       SELECT author_id, ordinality AS number, ((extract(epoch FROM clock_timestamp()) * 1000)::bigint
         - 1735689600000 << 22) + ordinality AS id
       FROM unnest($1::bigint[]) WITH ORDINALITY AS a (author_id, ordinality)),
     kept AS (
       INSERT INTO post_ref (id, author_id, visibility, is_deleted, version)
       SELECT id, author_id, 'public', false, 1 FROM said)
     INSERT INTO timeline_event (seq, kind, author_id, entry_id, post_id)
     SELECT $2::bigint + number, 'post', author_id, id, id FROM said`,
    [turn, rows[0]?.seq],
  );
  await timeline.query('UPDATE timeline_head SET seq = seq + $1', [posts]);
  await timeline.query('COMMIT');
}

/** Waits until everything said is pushed. @returns for how long, in seconds */
export async function pushed(timeline: pg.Client): Promise<number> {
  const startedAtMs = performance.now();
  for (;;) {
    const { rows } = await timeline.query<{ left: boolean }>({
      name: 'bench-left',
      text: `SELECT EXISTS (SELECT FROM fanout_task) OR h.seq > c.seq AS left FROM timeline_head h, fanout_cursor c`,
    });
    if (rows[0]?.left === false) return (performance.now() - startedAtMs) / 1_000;
    await sleep(5);
  }
}
