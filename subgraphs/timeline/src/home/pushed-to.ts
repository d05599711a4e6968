import type { Reads } from '../database/pool.ts';
import type { LogHead } from '../live/log-event.ts';

/**
 * A place of the log up to which everything has been pushed to the lists. Pushes only ever go on, so what a
 * read learned is still true for the next one, which then need not ask before it looks at a list.
 */
export interface PushedTo {
  atLeast(): Promise<LogHead>;
  learn(place: LogHead): void;
}

export function createPushedTo(sql: Reads): PushedTo {
  let known: LogHead | undefined;

  function learn(place: LogHead): LogHead {
    const isNews = known?.incarnation !== place.incarnation || known.seq < place.seq;
    if (isNews || !known) known = place;
    return known;
  }

  return {
    learn,
    atLeast: async () => known ?? learn(await readPushedTo(sql)),
  };
}

async function readPushedTo(sql: Reads): Promise<LogHead> {
  const { rows } = await sql.query<LogHead>({
    name: 'home-pushed-to',
    text: `SELECT least(c.seq, (SELECT min(k.seq) - 1 FROM fanout_chunk k)) AS seq,
        left(h.incarnation::text, 8) AS incarnation
      FROM timeline_head h CROSS JOIN fanout_cursor c`,
  });
  const [place] = rows;
  if (!place) throw new Error('the timeline database has no head row: run its migrations');
  return place;
}
