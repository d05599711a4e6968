import type { Reads, Sql } from '../database/pool.ts';
import type { QuietHours } from './quiet-hours.ts';

/** What may stand in a message: what was done, or who did it and what they said, too. */
export const pushContents = ['kind', 'full'] as const;

export type PushContent = (typeof pushContents)[number];

export interface PushSetting {
  content: PushContent;
  quietHours: QuietHours | null;
}

interface Row {
  content: PushContent;
  quiet_from: number | null;
  quiet_to: number | null;
  time_zone: string | null;
}

/** Until a person says otherwise no more is told than that something was done. */
const atFirst: PushSetting = { content: 'kind', quietHours: null };

export async function readPushSetting(sql: Reads, viewerId: bigint): Promise<PushSetting> {
  const { rows } = await sql.query<Row>({
    name: 'push-setting',
    text: 'SELECT content, quiet_from, quiet_to, time_zone FROM push_setting WHERE viewer_id = $1',
    values: [viewerId],
  });
  return rows[0] ? settingOf(rows[0]) : atFirst;
}

function settingOf({ content, quiet_from, quiet_to, time_zone }: Row): PushSetting {
  if (quiet_from === null || quiet_to === null || time_zone === null) return { content, quietHours: null };
  return { content, quietHours: { fromMinute: quiet_from, toMinute: quiet_to, timeZone: time_zone } };
}

/** What is left out stays as it is, in one statement. @returns what holds then */
export async function writePushSetting(
  sql: Sql,
  viewerId: bigint,
  { content, quietHours }: Partial<PushSetting>,
): Promise<PushSetting> {
  const { rows } = await sql.query<Row>({
    name: 'push-setting-write',
    text: `INSERT INTO push_setting AS s (viewer_id, content, quiet_from, quiet_to, time_zone)
      VALUES ($1, coalesce($2::text, '${atFirst.content}'), $4::smallint, $5::smallint, $6::text)
      ON CONFLICT (viewer_id) DO UPDATE SET content = coalesce($2::text, s.content),
        quiet_from = CASE WHEN $3::boolean THEN $4::smallint ELSE s.quiet_from END, quiet_to = CASE WHEN $3::boolean THEN $5::smallint ELSE s.quiet_to END,
        time_zone = CASE WHEN $3::boolean THEN $6::text ELSE s.time_zone END
      RETURNING content, quiet_from, quiet_to, time_zone`,
    values: [
      viewerId,
      content ?? null,
      quietHours !== undefined,
      quietHours?.fromMinute ?? null,
      quietHours?.toMinute ?? null,
      quietHours?.timeZone ?? null,
    ],
  });
  return rows[0] ? settingOf(rows[0]) : atFirst;
}
