import { eventPayloads, type EventType } from '@murmuration/events';
import { servers } from '@murmuration/testing';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { userSnapshots } from '../src/internal/feed.ts';
import { erase } from '../src/leaving/erase.ts';
import { createCast } from './support/cast.ts';
import { createPlatform, type Platform } from './support/platform.ts';

let platform: Platform;
let pool: pg.Pool;

beforeAll(async () => {
  platform = await createPlatform();
  const url = new URL(servers().postgresUrl);
  const [{ name }] = await platform.database.$queryRaw<[{ name: string }]>`SELECT current_database() AS name`;
  url.pathname = name;
  pool = new pg.Pool({ connectionString: url.href });
});
afterAll(async () => {
  await pool.end();
  await platform.close();
});

/** What stood before a change is only said by its event. */
function withoutBefore(payload: object): object {
  return Object.fromEntries(Object.entries(payload).filter(([name]) => !name.startsWith('was')));
}

test('a snapshot says of everything what its last event said', async () => {
  const { alice, bob, carol } = await createCast(platform);
  await alice.to('followUser', bob);
  await alice.to('followUser', carol);
  await alice.to('unfollowUser', carol);
  await bob.to('muteUser', alice);
  await bob.to('blockUser', alice);
  await carol.to('blockUser', alice);
  const { id } = await platform.database.account.update({
    where: { handleKey: 'carol' },
    data: { deactivatedAt: new Date(), eraseAt: new Date(0) },
  });
  const erasure = { addresses: platform.addresses, handleRestDays: 90, signal: new AbortController().signal };
  expect(await erase(platform.database, id, erasure)).toBe('erased');
  const { rows: all } = await pool.query(
    `SELECT DISTINCT ON (aggregatetype, aggregateid) aggregatetype AS "aggregateType",
       aggregateid AS "aggregateId", version::text AS version, type, payload
     FROM outbox ORDER BY aggregatetype, aggregateid, version DESC`,
  );
  // Of whom was erased a snapshot says that alone.
  const events = all
    .filter(
      ({ aggregateId, type }) => type === 'erasure.finished' || !String(aggregateId).includes(String(id)),
    )
    .map((event) => ({ ...event, payload: withoutBefore(event.payload as object) }));
  const snapshots = userSnapshots(pool);
  expect(new Set(events.map((event) => event.aggregateType))).toEqual(
    new Set(snapshots.map((snapshot) => snapshot.aggregate)),
  );
  for (const event of events) {
    const snapshot = snapshots.find(({ aggregate }) => aggregate === event.aggregateType);
    expect(await snapshot?.one(event.aggregateId)).toMatchObject(event);
    expect(eventPayloads[event.type as EventType].parse(event.payload)).toEqual(event.payload);
  }
  for (const snapshot of snapshots) {
    const { states } = await snapshot.page(null, 100);
    const mine = events.filter((event) => event.aggregateType === snapshot.aggregate);
    expect(states).toEqual(expect.arrayContaining(mine.map((event) => expect.objectContaining(event))));
  }
});
