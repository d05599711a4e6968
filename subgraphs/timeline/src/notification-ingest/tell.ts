import { idAt } from '@murmuration/ids';
import type { Sql } from '../database/pool.ts';
import { grouped, type NotificationKind } from '../notifications/kinds.ts';
import { notificationLimits } from '../notifications/limits.ts';
import type { WrittenAct } from './write-acts.ts';

/** A notification that is new, or grew. */
export interface Told {
  id: bigint;
  recipientId: bigint;
  place: bigint;
  isNew: boolean;
}

interface Group {
  recipientId: bigint;
  kind: NotificationKind;
  /** 0: about people alone. */
  postId: bigint;
  acts: WrittenAct[];
  id: bigint | null;
}

/** An act is news once: what was told already under its kind comes back where it was. */
export function isNews({ active, before, kind }: WrittenAct): boolean {
  return active && (before === null || before.notificationId === null || before.kind !== kind);
}

/** Tells of acts: together with those before them where that is still open, in the order in which they came. */
export async function tell(
  sql: Sql,
  head: bigint,
  acts: readonly WrittenAct[],
): Promise<{ head: bigint; told: Told[] }> {
  const groups = groupsOf(acts.filter(isNews));
  await findOpen(sql, groups);
  const now = Date.now();
  const told = groups.map((group, index) => {
    const place = head + BigInt(index) + 1n;
    // The low bits keep ids of one millisecond apart, for places are never given twice.
    const id = group.id ?? idAt(now) + (place & 0x3f_ffffn);
    return { id, place, recipientId: group.recipientId, isNew: group.id === null };
  });
  if (groups.length > 0) await writeGroups(sql, groups, told);
  await count(sql, acts);
  return { head: head + BigInt(groups.length), told };
}

function groupsOf(acts: readonly WrittenAct[]): Group[] {
  const groups = new Map<string, Group>();
  for (const act of acts) {
    const { actorId, kind, objectId, recipientId } = act;
    const together = grouped.has(kind) ? '' : actorId;
    const key = `${recipientId}:${kind}:${objectId}:${together}`;
    const group = groups.get(key) ?? { recipientId, kind, postId: objectId, acts: [], id: null };
    group.acts.push(act);
    groups.set(key, group);
  }
  return [...groups.values()];
}

async function findOpen(sql: Sql, groups: readonly Group[]): Promise<void> {
  const sought = groups.flatMap((group, index) =>
    grouped.has(group.kind)
      ? [
          {
            index,
            recipient_id: group.recipientId.toString(),
            kind: group.kind,
            post_id: group.postId.toString(),
          },
        ]
      : [],
  );
  if (sought.length === 0) return;
  const { rows } = await sql.query<{ index: number; id: bigint }>({
    name: 'notify-open',
    text: `SELECT e.index, n.id
      FROM jsonb_to_recordset($1::jsonb) AS e(index integer, recipient_id bigint, kind text, post_id bigint)
      CROSS JOIN LATERAL (
        SELECT id, began_at FROM notification n
        WHERE n.recipient_id = e.recipient_id AND n.kind = e.kind AND n.post_id = e.post_id
        ORDER BY n.id DESC LIMIT 1) n
      WHERE n.began_at > clock_timestamp() - $2 * interval '1 hour'`,
    values: [JSON.stringify(sought), notificationLimits.groupHours],
  });
  for (const { index, id } of rows) {
    const group = groups[index];
    if (group) group.id = id;
  }
}

async function writeGroups(sql: Sql, groups: readonly Group[], told: readonly Told[]): Promise<void> {
  const rows = groups.map(({ acts, kind, postId, recipientId }, index) => ({
    id: told[index]?.id.toString(),
    recipient_id: recipientId.toString(),
    kind,
    post_id: postId.toString(),
    place: told[index]?.place.toString(),
    actor_count: acts.length,
  }));
  await sql.query({
    name: 'notify-groups',
    text: `INSERT INTO notification AS n (id, recipient_id, kind, post_id, place, actor_count)
      SELECT id, recipient_id, kind, post_id, place, actor_count
      FROM jsonb_to_recordset($1::jsonb) AS e(id bigint, recipient_id bigint, kind text, post_id bigint, place bigint,
        actor_count integer)
      ON CONFLICT (id) DO UPDATE SET place = excluded.place, actor_count = n.actor_count + excluded.actor_count,
        grew_at = clock_timestamp()`,
    values: [JSON.stringify(rows)],
  });
  const members = groups.flatMap(({ acts }, index) =>
    acts.map(({ actorId, cause, objectId, recipientId }) => ({
      recipient_id: recipientId.toString(),
      cause,
      object_id: objectId.toString(),
      actor_id: actorId.toString(),
      notification_id: told[index]?.id.toString(),
      place: told[index]?.place.toString(),
    })),
  );
  await sql.query({
    name: 'notify-members',
    text: `UPDATE notification_act a SET notification_id = e.notification_id, place = e.place
      FROM jsonb_to_recordset($1::jsonb) AS e(recipient_id bigint, cause text, object_id bigint, actor_id bigint,
        notification_id bigint, place bigint)
      WHERE (a.recipient_id, a.cause, a.object_id, a.actor_id) = (e.recipient_id, e.cause, e.object_id, e.actor_id)`,
    values: [JSON.stringify(members)],
  });
}

/** What was taken back is counted no more where it was told, and what came back is again. */
async function count(sql: Sql, acts: readonly WrittenAct[]): Promise<void> {
  const differences = new Map<string, number>();
  for (const act of acts) {
    if (act.before?.notificationId == null) continue;
    const now = act.active && !isNews(act) ? 1 : 0;
    const difference = now - (act.before.active ? 1 : 0);
    if (difference === 0) continue;
    const id = act.before.notificationId.toString();
    differences.set(id, (differences.get(id) ?? 0) + difference);
  }
  if (differences.size === 0) return;
  await sql.query({
    name: 'notify-count',
    text: `UPDATE notification n SET actor_count = n.actor_count + e.difference
      FROM unnest($1::bigint[], $2::integer[]) AS e(id, difference) WHERE n.id = e.id`,
    values: [[...differences.keys()], [...differences.values()]],
  });
}
