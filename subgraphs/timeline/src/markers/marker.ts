import type { Sql } from '../database/pool.ts';

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

export async function readMarkers(sql: Sql, viewerId: bigint): Promise<Marker[]> {
  const { rows } = await sql.query<Marker>({
    name: 'markers',
    text: `SELECT ${columns} FROM marker WHERE viewer_id = $1 ORDER BY name`,
    values: [viewerId],
  });
  return rows;
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
