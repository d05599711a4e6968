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

/** What stood before, over columns that such a change has besides those of its table. */
const wasSql = {
  account: `jsonb_build_object('wasPrivate', was_private, 'wasSuspended', was_suspended)`,
  follow: `jsonb_build_object('wasActive', delta < 0)`,
} as const;

const headOf = (aggregate: keyof typeof payloadSql, payload: string = payloadSql[aggregate]) =>
  Prisma.raw(`INSERT INTO outbox (aggregatetype, aggregateid, version, type, payload, trace_context)
    SELECT '${aggregate}', ${keySql[aggregate]}, version, '${aggregate}.${verbOf(aggregate)}', ${payload}`);

const verbOf = (aggregate: keyof typeof payloadSql) => (aggregate === 'erasure' ? 'finished' : 'changed');

const eventHeads = {
  account: headOf('account'),
  follow: headOf('follow'),
  block: headOf('block'),
  mute: headOf('mute'),
  erasure: headOf('erasure'),
} as const;

const hidingHeads = {
  account: headOf('account', `${payloadSql.account} || ${wasSql.account}`),
  follow: headOf('follow', `${payloadSql.follow} || ${wasSql.follow}`),
} as const;

/**
 * Body of a CTE that writes one event for each row of another CTE, which has the columns of the
 * aggregate's table: a row's new version is known only inside the statement that locked it.
 */
export function eventsOf(aggregate: keyof typeof payloadSql, changed = 'changed'): Prisma.Sql {
  return Prisma.sql`${eventHeads[aggregate]}, ${currentTraceContext()}::text FROM ${Prisma.raw(changed)}`;
}

/**
 * The same of changes that may hide something, which say what stood before: `changed` has `was_private` and
 * `was_suspended` besides the columns of `account`, or `delta` besides those of `follow`.
 */
export function hidingEventsOf(aggregate: keyof typeof wasSql): Prisma.Sql {
  return Prisma.sql`${hidingHeads[aggregate]}, ${currentTraceContext()}::text FROM changed`;
}

/** Body of a CTE that counts follows: `changed` has a column `delta` besides those of `follow`. */
export const followDeltas =
  Prisma.raw(`INSERT INTO account_count_delta (account_id, follower_delta, following_delta)
    SELECT followee_id, delta, 0 FROM changed WHERE delta <> 0
    UNION ALL SELECT follower_id, 0, delta FROM changed WHERE delta <> 0`);
