import { createHash } from 'node:crypto';
import type { Sealed, Sealer } from '@murmuration/service-kit';
import type { Sql } from '../database/pool.ts';
import { pushLimits } from './limits.ts';
import type { PushProviderName } from './port.ts';

/** A device that somebody is told on, as its provider knows it. */
export interface Endpoint {
  sessionId: bigint;
  viewerId: bigint;
  provider: PushProviderName;
  /** What names it there, as the text that its registration made. */
  target: string;
  /** What of that makes it another device. */
  address: string;
}

const aboutOf = (sessionId: bigint) => `push endpoint of session ${sessionId}`;
const hashOf = (address: string) => createHash('sha256').update(address).digest();

/** In force for the endpoint's life: a session that has ended is told nothing, whichever of the two came first. */
const isOfLiving = `NOT EXISTS (SELECT FROM ended_session s WHERE s.id = e.session_id)
  AND e.seen_at > clock_timestamp() - ${pushLimits.endpointDays} * interval '1 day'`;

/**
 * Of one device one endpoint, of one session one, and of one person at most so many: what was there before, and whatever else
 * was not heard of for longest, goes.
 */
const registerSql = `
WITH moved AS (
  DELETE FROM push_endpoint WHERE target_hash = $4 AND session_id <> $1 RETURNING 1
), forgotten AS (
  DELETE FROM push_endpoint WHERE session_id IN (
    SELECT session_id FROM push_endpoint WHERE viewer_id = $2 AND session_id <> $1
    ORDER BY seen_at DESC, session_id DESC OFFSET $7) RETURNING 1
)
INSERT INTO push_endpoint AS e (session_id, viewer_id, provider, target_hash, key_id, box)
SELECT $1::bigint, $2::bigint, $3, $4::bytea, $5, $6::bytea
-- Counted, so that what has to go before is gone: the device is found by a unique index.
FROM (SELECT count(*) FROM moved) m, (SELECT count(*) FROM forgotten) f
ON CONFLICT (session_id) DO UPDATE SET viewer_id = excluded.viewer_id, provider = excluded.provider,
  target_hash = excluded.target_hash, key_id = excluded.key_id, box = excluded.box, seen_at = clock_timestamp()`;

/** Registers a device, or says that it is still there. */
export async function registerEndpoint(sql: Sql, sealer: Sealer, endpoint: Endpoint): Promise<void> {
  const { address, provider, sessionId, target, viewerId } = endpoint;
  const { box, keyId } = await sealer.seal(Buffer.from(target), aboutOf(sessionId));
  const others = pushLimits.endpointsPerPerson - 1;
  await sql.query({
    name: 'push-register',
    text: registerSql,
    values: [sessionId, viewerId, provider, hashOf(address), keyId, box, others],
  });
}

export async function removeEndpoint(sql: Sql, sessionId: bigint): Promise<void> {
  await sql.query({
    name: 'push-unregister',
    text: 'DELETE FROM push_endpoint WHERE session_id = $1',
    values: [sessionId],
  });
}

export async function isRegistered(sql: Sql, sessionId: bigint): Promise<boolean> {
  const { rows } = await sql.query({
    name: 'push-registered',
    text: `SELECT FROM push_endpoint e WHERE e.session_id = $1 AND ${isOfLiving}`,
    values: [sessionId],
  });
  return rows.length > 0;
}

/** An endpoint as a job finds it. */
export interface FoundEndpoint {
  viewerId: bigint;
  provider: PushProviderName;
  sealed: Sealed;
}

/** Null when it is gone. A session is one person's for ever, and so is what is found by it. */
export async function findEndpoint(sql: Sql, sessionId: bigint): Promise<FoundEndpoint | null> {
  const { rows } = await sql.query<Omit<FoundEndpoint, 'sealed'> & Sealed>({
    name: 'push-endpoint',
    text: `SELECT viewer_id AS "viewerId", provider, key_id AS "keyId", box FROM push_endpoint e
      WHERE e.session_id = $1 AND ${isOfLiving}`,
    values: [sessionId],
  });
  const [row] = rows;
  if (!row) return null;
  const { box, keyId, ...endpoint } = row;
  return { ...endpoint, sealed: { keyId, box } };
}

export async function openTarget(sealer: Sealer, sessionId: bigint, sealed: Sealed): Promise<string> {
  return (await sealer.open(sealed, aboutOf(sessionId))).toString();
}

/** Takes one of the messages that a device may be sent within an hour. @returns false when there is none left */
export async function takeFromHour(sql: Sql, sessionId: bigint, most: number): Promise<boolean> {
  const { rowCount } = await sql.query({
    name: 'push-take',
    text: `UPDATE push_endpoint SET
        sent_in_hour = CASE WHEN hour_began_at > clock_timestamp() - interval '1 hour' THEN sent_in_hour + 1 ELSE 1 END,
        hour_began_at = CASE WHEN hour_began_at > clock_timestamp() - interval '1 hour' THEN hour_began_at ELSE clock_timestamp() END
      WHERE session_id = $1 AND (sent_in_hour < $2 OR hour_began_at <= clock_timestamp() - interval '1 hour')`,
    values: [sessionId, most],
  });
  return rowCount === 1;
}

/** A session ended: its device is told nothing any more. In the transaction that moves the feed's cursor. */
export async function endSessions(sql: Sql, sessionIds: readonly string[]): Promise<void> {
  if (sessionIds.length === 0) return;
  await sql.query({
    name: 'push-sessions-ended',
    text: `WITH noted AS (INSERT INTO ended_session (id) SELECT unnest($1::bigint[]) ON CONFLICT DO NOTHING)
      DELETE FROM push_endpoint WHERE session_id = ANY($1::bigint[])`,
    values: [sessionIds],
  });
}

const forgetSqls = ['push_endpoint', 'ended_session'].map((table) => {
  const [key, when] = table === 'push_endpoint' ? ['session_id', 'seen_at'] : ['id', 'ended_at'];
  return `DELETE FROM ${table} WHERE ${key} IN (SELECT ${key} FROM ${table}
    WHERE ${when} < clock_timestamp() - $1 * interval '1 day' LIMIT $2)`;
});

/** Forgets endpoints that nobody registered anew for long, and sessions that ended before any that is left was registered. */
export async function forgetEndpoints(sql: Sql, signal: AbortSignal): Promise<void> {
  for (const text of forgetSqls) {
    const values = [pushLimits.endpointDays + 1, pushLimits.rowsAtOnce];
    while ((await sql.query(text, values)).rowCount === pushLimits.rowsAtOnce) signal.throwIfAborted();
  }
}

/** Wraps by the present key what another one wrapped, so that it can be forgotten. Any number of processes may. */
export async function rewrapEndpoints(sql: Sql, sealer: Sealer, signal: AbortSignal): Promise<number> {
  for (let count = 0; ; signal.throwIfAborted()) {
    const { rows } = await sql.query<{ sessionId: bigint; keyId: string; box: Buffer }>({
      text: `SELECT session_id AS "sessionId", key_id AS "keyId", box FROM push_endpoint
        WHERE key_id < $1 OR key_id > $1 LIMIT $2`,
      values: [sealer.currentId, pushLimits.rowsAtOnce],
    });
    for (const { box, keyId, sessionId } of rows) {
      const sealed = await sealer.rewrap({ box, keyId });
      await sql.query({
        text: 'UPDATE push_endpoint SET key_id = $3, box = $4 WHERE session_id = $1 AND box = $2',
        values: [sessionId, box, sealed.keyId, sealed.box],
      });
    }
    count += rows.length;
    if (rows.length < pushLimits.rowsAtOnce) return count;
  }
}
