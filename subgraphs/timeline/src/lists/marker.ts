import { idArray } from '@murmuration/postgres';
import type { Reads, Sql } from '../database/pool.ts';

/** How far somebody has seen a list, on whichever device. It never goes back. */
export interface ListMarker {
  listId: bigint;
  place: bigint;
  /** Counts the moves. */
  version: number;
  movedAt: Date;
}

const columns = 'list_id AS "listId", place, version, moved_at AS "movedAt"';

export async function readListMarkers(
  sql: Reads,
  viewerId: bigint,
  listIds: readonly bigint[],
): Promise<ListMarker[]> {
  const { rows } = await sql.query<ListMarker>({
    name: 'list-markers',
    text: `SELECT ${columns} FROM list_marker WHERE viewer_id = $1 AND list_id = ANY($2::bigint[])`,
    values: [viewerId, idArray(listIds)],
  });
  return rows;
}

/** In one statement, so that of two devices the one that has seen more wins. @returns the marker as it is then */
export async function moveListMarker(
  sql: Sql,
  viewerId: bigint,
  listId: bigint,
  place: bigint,
): Promise<ListMarker> {
  const { rows } = await sql.query<ListMarker>({
    name: 'list-marker-move',
    text: `INSERT INTO list_marker AS m (viewer_id, list_id, place) VALUES ($1, $2, $3)
      ON CONFLICT (viewer_id, list_id) DO UPDATE SET place = greatest(m.place, excluded.place),
        version = m.version + (excluded.place > m.place)::integer,
        moved_at = CASE WHEN excluded.place > m.place THEN clock_timestamp() ELSE m.moved_at END
      RETURNING ${columns}`,
    values: [viewerId, listId, place],
  });
  const [moved] = rows;
  if (!moved) throw new Error('a marker was moved and is not there');
  return moved;
}
