import type { Reads, Sql } from '../database/pool.ts';

export const markerNames = ['home', 'notifications'] as const;

export type MarkerName = (typeof markerNames)[number];

/** How far somebody has seen something, on whichever device. */
export interface Marker {
  name: MarkerName;
  place: bigint;
  /** Counts the moves. */
  version: number;
  movedAt: Date;
}

const columns = 'name, place, version, moved_at AS "movedAt"';

export async function readMarkers(sql: Reads, viewerId: bigint): Promise<Marker[]> {
  const { rows } = await sql.query<Marker>({
    name: 'markers',
    text: `SELECT ${columns} FROM marker WHERE viewer_id = $1 ORDER BY name`,
    values: [viewerId],
  });
  return rows;
}

export interface MovedMarker extends Marker {
  viewerId: bigint;
}

/** Whosever markers were moved within so long, in that order; `atOnce` are read in one statement. */
export async function* readMovedMarkers(
  sql: Reads,
  withinMs: number,
  atOnce: number,
): AsyncGenerator<MovedMarker> {
  let after: Date | null = null;
  for (;;) {
    const { rows }: { rows: MovedMarker[] } = await sql.query<MovedMarker>({
      name: 'markers-moved',
      text: `SELECT viewer_id AS "viewerId", ${columns} FROM marker
        WHERE moved_at >= coalesce($1::timestamptz, clock_timestamp() - $2::integer * interval '1 millisecond')
        ORDER BY moved_at LIMIT $3`,
      values: [after, withinMs, atOnce],
    });
    yield* rows;
    const last: Date | undefined = rows.at(-1)?.movedAt;
    // What is left is of the same moment, or there is nothing: those of one moment are fewer than are read at once.
    if (rows.length < atOnce || !last || last.getTime() === after?.getTime()) return;
    after = last;
  }
}

/**
 * Moves a marker forward; one that is there already, or further, stays. In one statement, so that of two devices the one
 * that has seen more wins.
 * @returns the marker as it is then
 */
export async function moveMarker(
  sql: Sql,
  viewerId: bigint,
  name: MarkerName,
  place: bigint,
): Promise<Marker> {
  const { rows } = await sql.query<Marker>({
    name: 'marker-move',
    text: `INSERT INTO marker AS m (viewer_id, name, place) VALUES ($1, $2, $3)
      ON CONFLICT (viewer_id, name) DO UPDATE SET place = greatest(m.place, excluded.place),
        version = m.version + (excluded.place > m.place)::integer,
        moved_at = CASE WHEN excluded.place > m.place THEN clock_timestamp() ELSE m.moved_at END
      RETURNING ${columns}`,
    values: [viewerId, name, place],
  });
  const [moved] = rows;
  if (!moved) throw new Error('a marker was moved and is not there');
  return moved;
}
