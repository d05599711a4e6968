import { isHidden } from './accounts/hidden.ts';
import { Prisma } from '@murmuration/prisma/user';
import { currentTraceContext } from '@murmuration/service-kit';

/**
 * Event payloads as jsonb over the columns of their tables: the events below and the feed's snapshots are
 * made of the same text. A test holds them equal to the catalogue.
 */
export const payloadSql = {
  account: `jsonb_build_object('userId', id::text, 'handle', handle, 'isPrivate', is_private,
    'isSuspended', ${isHidden()})`,
  follow: `jsonb_build_object('followerId', follower_id::text, 'followeeId', followee_id::text,
    'followId', id::text, 'state', state)`,
  block: `jsonb_build_object('blockerId', blocker_id::text, 'blockedId', blocked_id::text, 'active', active)`,
  erasure: `jsonb_build_object('userId', account_id::text)`,
  mute: `jsonb_build_object('muterId', muter_id::text, 'mutedId', muted_id::text, 'active', active)`,
} as const;

const keySql = {
  account: 'id::text',
  follow: `follower_id || ':' || followee_id`,
  block: `blocker_id || ':' || blocked_id`,
  mute: `muter_id || ':' || muted_id`,
  erasure: 'account_id::text',
} as const;

const headOf = (aggregate: keyof typeof payloadSql) =>
  Prisma.raw(`INSERT INTO outbox (aggregatetype, aggregateid, version, type, payload, trace_context)
    SELECT '${aggregate}', ${keySql[aggregate]}, version, '${aggregate}.${verbOf(aggregate)}', ${payloadSql[aggregate]}`);

const verbOf = (aggregate: keyof typeof payloadSql) => (aggregate === 'erasure' ? 'finished' : 'changed');

const eventHeads = {
  account: headOf('account'),
  follow: headOf('follow'),
  block: headOf('block'),
  mute: headOf('mute'),
  erasure: headOf('erasure'),
} as const;

/**
 * Body of a CTE that writes one event for each row of another CTE, which has the columns of the
 * aggregate's table: a row's new version is known only inside the statement that locked it.
 */
export function eventsOf(aggregate: keyof typeof payloadSql, changed = 'changed'): Prisma.Sql {
  return Prisma.sql`${eventHeads[aggregate]}, ${currentTraceContext()}::text FROM ${Prisma.raw(changed)}`;
}

/** Body of a CTE that counts follows: `changed` has a column `delta` besides those of `follow`. */
export const followDeltas =
  Prisma.raw(`INSERT INTO account_count_delta (account_id, follower_delta, following_delta)
    SELECT followee_id, delta, 0 FROM changed WHERE delta <> 0
    UNION ALL SELECT follower_id, 0, delta FROM changed WHERE delta <> 0`);
