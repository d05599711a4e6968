import type { ChangeSource } from '@murmuration/events';
import type { Sql } from '../database/pool.ts';
import { notificationLimits } from '../notifications/limits.ts';
import type { NotificationKind } from '../notifications/kinds.ts';
import { type Act, type Cause } from './act.ts';

/** An act that was written, with what was held before. */
export interface WrittenAct {
  recipientId: bigint;
  cause: Cause;
  objectId: bigint;
  actorId: bigint;
  kind: NotificationKind;
  active: boolean;
  /** Null of what was never told. */
  before: { kind: NotificationKind; active: boolean; notificationId: bigint | null } | null;
  /** When it was done, in milliseconds since 1970; null when its owner does not say. */
  atMs: number | null;
}

interface Row {
  recipient_id: bigint;
  cause: Cause;
  object_id: bigint;
  actor_id: bigint;
  kind: NotificationKind;
  active: boolean;
  position: number;
  was_kind: NotificationKind | null;
  was_active: boolean | null;
  notification_id: bigint | null;
}

const writeSql = (newer: '>' | '>=') => `
WITH incoming AS (
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS e(recipient_id bigint, cause text, object_id bigint, actor_id bigint,
    kind text, active boolean, visibility text, is_mentioned boolean, words text[], root_id bigint, is_known_only boolean, version bigint, position integer)
), before AS (
  SELECT i.position, h.kind, h.active, h.notification_id FROM incoming i CROSS JOIN LATERAL (
    SELECT kind, active, notification_id FROM notification_act a
    WHERE (a.recipient_id, a.cause, a.object_id, a.actor_id) = (i.recipient_id, i.cause, i.object_id, i.actor_id)
    LIMIT 1) h
), written AS (
  INSERT INTO notification_act AS a (recipient_id, cause, object_id, actor_id, kind, active, visibility, is_mentioned, words,
    root_id, version, generation)
  SELECT recipient_id, cause, object_id, actor_id, kind, active, visibility, is_mentioned, words, root_id, version, $2::bigint
  FROM incoming i WHERE NOT i.is_known_only OR EXISTS (SELECT FROM before b WHERE b.position = i.position)
  ON CONFLICT (recipient_id, cause, object_id, actor_id) DO UPDATE SET
    -- What is taken back was of the kind that it had: asked for anew it is no news.
    kind = CASE WHEN excluded.active THEN excluded.kind ELSE a.kind END, active = excluded.active,
    visibility = excluded.visibility, is_mentioned = excluded.is_mentioned, words = excluded.words,
    root_id = excluded.root_id, version = excluded.version, generation = excluded.generation
  WHERE a.generation < excluded.generation OR excluded.version ${newer} a.version
  RETURNING a.recipient_id, a.cause, a.object_id, a.actor_id, a.kind, a.active
)
SELECT w.*, i.position, b.kind AS was_kind, b.active AS was_active, b.notification_id
FROM written w JOIN incoming i USING (recipient_id, cause, object_id, actor_id)
LEFT JOIN before b USING (position) ORDER BY i.position`;

const statements = {
  change: { name: 'notify-acts-change', text: writeSql('>') },
  snapshot: { name: 'notify-acts-snapshot', text: writeSql('>=') },
};

/**
 * Writes acts that are newer than what is held: of a higher generation, or version; a snapshot's of the same version as
 * well. At most one of each key. Of what happened long ago nothing new is made: a state that is read anew tells of it, and
 * so does an old post of which something else changed.
 */
export async function writeActs(sql: Sql, acts: readonly Act[], source: ChangeSource): Promise<WrittenAct[]> {
  if (acts.length === 0) return [];
  const youngestMs = Date.now() - notificationLimits.backfilledDays * 86_400_000;
  const isOld = ({ atMs, cause }: Act) => {
    if (source.kind === 'feed' && cause !== 'post') return false;
    return atMs === null ? source.kind !== 'feed' : atMs < youngestMs;
  };
  const incoming = acts.map((act, position) => ({
    recipient_id: act.recipientId,
    cause: act.cause,
    object_id: act.objectId,
    actor_id: act.actorId,
    kind: act.kind,
    active: act.active,
    visibility: act.visibility,
    is_mentioned: act.isMentioned,
    words: act.words,
    root_id: act.rootId,
    is_known_only: isOld(act),
    version: act.version.toString(),
    position,
  }));
  const { rows } = await sql.query<Row>({
    ...statements[source.kind === 'snapshot' ? 'snapshot' : 'change'],
    values: [JSON.stringify(incoming), source.generation.toString()],
  });
  return rows.map((row) => ({
    recipientId: row.recipient_id,
    cause: row.cause,
    objectId: row.object_id,
    actorId: row.actor_id,
    kind: row.kind,
    active: row.active,
    atMs: acts[row.position]?.atMs ?? null,
    before:
      row.was_kind === null
        ? null
        : { kind: row.was_kind, active: row.was_active ?? false, notificationId: row.notification_id },
  }));
}
