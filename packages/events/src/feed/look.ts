import type pg from 'pg';
import { decodePosition, encodePosition, type FeedPosition, isBefore } from './cursor.ts';
import { identitySql, incarnationOf } from './identity.ts';
import type { ResetReason, WireEvent } from './wire.ts';

export type Look =
  | {
      status: 'page';
      /** Where the reader stands. */
      asked: FeedPosition;
      events: WireEvent[];
      cursor: string;
      /** Id of the oldest committed event behind the horizon. */
      waitingSince: bigint | null;
    }
  | { status: 'reset'; because: ResetReason };

/**
 * One look at the outbox. The horizon, the rows and the identity come from one statement, hence from one
 * snapshot of one server: no row below the horizon can still appear, and a failover between two statements
 * cannot mix two databases. The identity cannot be read on a standby, which keeps the feed on the primary.
 */
const lookSql = `
WITH base AS MATERIALIZED (
  SELECT ${identitySql} AS identity,
    pg_snapshot_xmin(pg_current_snapshot()) AS horizon, dropped_xid, dropped_id
  FROM feed_identity),
here AS MATERIALIZED (
  SELECT base.*, (SELECT w.id FROM outbox w WHERE w.xid >= base.horizon ORDER BY w.xid, w.id LIMIT 1) AS waiting_id
  FROM base)
SELECT here.identity, here.horizon::text AS horizon, here.waiting_id::text AS waiting_id,
  here.dropped_xid::text AS dropped_xid, here.dropped_id::text AS dropped_id,
  e.xid::text AS xid, e.id::text AS id, e.aggregatetype, e.aggregateid, e.version::text AS version, e.type,
  e.payload, e.payload_version, e.trace_context
FROM here LEFT JOIN LATERAL (
  SELECT * FROM outbox o WHERE (o.xid, o.id) > ($1::xid8, $2::bigint) AND o.xid < here.horizon
  ORDER BY o.xid, o.id LIMIT $3) e ON true
ORDER BY e.xid, e.id`;

interface Row {
  identity: string;
  horizon: string;
  dropped_xid: string | null;
  dropped_id: string | null;
  waiting_id: string | null;
  xid: string | null;
  id: string;
  aggregatetype: string;
  aggregateid: string;
  version: string;
  type: string;
  payload: unknown;
  payload_version: number;
  trace_context: string | null;
}

const start = { xid: 0n, id: 0n } as const;

export async function look(pool: pg.Pool, after: string | null, limit: number): Promise<Look> {
  const asked = after === null ? null : decodePosition(after);
  if (after !== null && asked === null) return { status: 'reset', because: 'unreadable cursor' };
  const from = asked ?? start;
  const { rows } = await pool.query<Row>({
    name: 'feed-look',
    text: lookSql,
    values: [from.xid.toString(), from.id.toString(), limit],
  });
  const [here] = rows;
  if (!here) throw new Error('feed_identity is empty: this database cannot say who it is');
  const incarnation = incarnationOf(here.identity);
  if (asked && asked.incarnation !== incarnation) return { status: 'reset', because: 'another incarnation' };
  const dropped = { xid: BigInt(here.dropped_xid ?? 0), id: BigInt(here.dropped_id ?? 0) };
  if (isBefore(from, dropped)) return { status: 'reset', because: 'dropped partition' };
  const events = rows.flatMap((row) => (row.xid === null ? [] : [eventOf(row, incarnation, row.xid)]));
  const position = { incarnation, xid: from.xid, id: from.id };
  return {
    status: 'page',
    asked: position,
    events,
    cursor: events.at(-1)?.cursor ?? encodePosition(position),
    waitingSince: here.waiting_id === null ? null : BigInt(here.waiting_id),
  };
}

/**
 * The place before which every event is visible to any later read: what a backfill notes first. It is just
 * below the horizon, so it needs no row.
 */
export async function readHead(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query<Row>({
    name: 'feed-look',
    text: lookSql,
    values: ['18446744073709551615', '0', 1],
  });
  const [here] = rows;
  if (!here) throw new Error('feed_identity is empty: this database cannot say who it is');
  const head = { xid: BigInt(here.horizon) - 1n, id: (1n << 63n) - 1n };
  return encodePosition({ incarnation: incarnationOf(here.identity), ...head });
}

function eventOf(row: Row, incarnation: string, xid: string): WireEvent {
  return {
    cursor: encodePosition({ incarnation, xid: BigInt(xid), id: BigInt(row.id) }),
    id: row.id,
    aggregateType: row.aggregatetype,
    aggregateId: row.aggregateid,
    version: row.version,
    type: row.type,
    payload: row.payload,
    payloadVersion: row.payload_version,
    traceContext: row.trace_context,
  };
}
