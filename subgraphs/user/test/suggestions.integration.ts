import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { rollUpAll } from '../src/housekeeping/roll-up.ts';
import { createRefreshSuggestions, createSuggestPeople } from '../src/suggestions/jobs.ts';
import { everybody, suggestionLimits, type SuggestionLimits } from '../src/suggestions/limits.ts';
import { type Actor, createCast, enter } from './support/cast.ts';
import { createPlatform, type Platform, userIdOf } from './support/platform.ts';

let platform: Platform;
let alice: Actor;
let bob: Actor;
let carol: Actor;
/** People whom only others follow. */
let far: Actor[];

beforeAll(async () => {
  platform = await createPlatform({ relationLeaseMs: 1, suggestions: { dismissed: 2 } });
  ({ alice, bob, carol } = await createCast(platform));
  far = await Promise.all([...'stuvwxyz'].map((letter) => enter(platform, `far_${letter}`)));
});
beforeEach(async () => {
  const tables = `follow block mute account_count account_count_delta outbox suggestion suggestion_reader
    dismissed_suggestion graphile_worker._private_jobs`;
  for (const table of tables.split(/\s+/)) await platform.database.$executeRawUnsafe(`DELETE FROM ${table}`);
  await platform.database.$executeRaw`UPDATE account SET suspended_at = NULL, is_private = false`;
});
afterAll(() => platform.close());

const person = (index: number) => far[index] as Actor;
const attempt = { jobId: '1', signal: new AbortController().signal };
const run = (given: Partial<SuggestionLimits> = {}) => {
  const limits = { ...suggestionLimits, ...given };
  return {
    async suggest({ id }: Actor) {
      await rollUpAll(platform.database);
      const accountId = String(userIdOf(id));
      await createSuggestPeople(platform.database, limits)({ accountId }, attempt);
    },
    refresh: () => createRefreshSuggestions(platform.database, limits)({}, attempt),
  };
};

interface List {
  edges: { cursor: string; node: { handle: string } | null }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

async function suggested(args = 'first: 10', actor = alice): Promise<List> {
  const { data, errors } = await actor.run(`{ viewer { suggestedUsers(${args}) {
    edges { cursor node { handle } } pageInfo { hasNextPage endCursor } } } }`);
  if (!data) throw new Error(JSON.stringify(errors));
  return (data['viewer'] as { suggestedUsers: List }).suggestedUsers;
}
const handles = async (args?: string, actor?: Actor) =>
  (await suggested(args, actor)).edges.map(({ node }) => node?.handle ?? null);

const jobs = async () =>
  (
    await platform.database.$queryRaw<{ key: string }[]>`
      SELECT key FROM graphile_worker._private_jobs ORDER BY key`
  ).map(({ key }) => key);

/** Alice follows bob and carol; both follow s, only bob follows t and u, and many others follow u as well. */
async function meet(): Promise<void> {
  for (const one of [bob, carol]) await alice.to('followUser', one);
  for (const one of [bob, carol]) await one.to('followUser', person(0));
  for (const one of [1, 2]) await bob.to('followUser', person(one));
  for (const one of [3, 4, 5, 6]) await person(one).to('followUser', person(2));
}

it('suggests whom those follow whom one follows: more of them first, and who is followed by many anyway last', async () => {
  await meet();
  await run().suggest(alice);
  expect(await handles()).toEqual(['far_s', 'far_t', 'far_u']);
  const first = await suggested('first: 2');
  expect(first.pageInfo.hasNextPage).toBe(true);
  expect(await handles(`first: 2, after: "${first.pageInfo.endCursor}"`)).toEqual(['far_u']);
  expect(await handles('last: 2')).toEqual(['far_t', 'far_u']);
  // Made again with nothing new nothing is written.
  const before = await platform.database
    .$queryRaw`SELECT xmin::text, suggested_id FROM suggestion ORDER BY 2`;
  await run().suggest(alice);
  expect(
    await platform.database.$queryRaw`SELECT xmin::text, suggested_id FROM suggestion ORDER BY 2`,
  ).toEqual(before);
});

it.each<[string, () => Promise<unknown>]>([
  ['was followed', () => alice.to('followUser', person(0))],
  ['was asked', () => makePrivate(person(0)).then(() => alice.to('followUser', person(0)))],
  ['was blocked', () => alice.to('blockUser', person(0))],
  ['blocks the viewer', () => person(0).to('blockUser', alice)],
  ['was muted', () => alice.to('muteUser', person(0))],
  ['was suspended', () => suspend(person(0))],
  ['was dismissed', () => alice.to('dismissSuggestion', person(0))],
])('who %s is left out at once, and of what is made anew', async (_how, act) => {
  await meet();
  await run().suggest(alice);
  await act();
  expect(await handles()).toEqual(['far_t', 'far_u']);
  await run().suggest(alice);
  expect(await handles()).toEqual(['far_t', 'far_u']);
});

async function makePrivate({ id }: Actor): Promise<void> {
  await platform.database.$executeRaw`UPDATE account SET is_private = true WHERE id = ${userIdOf(id)}`;
}

async function suspend({ id }: Actor): Promise<void> {
  await platform.database.$executeRaw`UPDATE account SET suspended_at = now() WHERE id = ${userIdOf(id)}`;
}

it('takes nobody’s word who is muted or hidden', async () => {
  await meet();
  await alice.to('muteUser', carol);
  await suspend(bob);
  await run().suggest(alice);
  expect(await handles()).toEqual([]);
});

it('looks at no more than it may, the newest first', async () => {
  await meet();
  await run({ followees: 1 }).suggest(alice);
  expect(await handles()).toEqual(['far_s']);
  await run({ followeesOfEach: 1 }).suggest(alice);
  expect(await handles()).toEqual(['far_s', 'far_u']);
  await run({ kept: 1 }).suggest(alice);
  expect(await handles()).toEqual(['far_s']);
});

it('suggests to who is new whom many began to follow of late, of whom nobody is private, and one follower makes nobody popular', async () => {
  const newcomer = person(7);
  expect(await handles(undefined, newcomer)).toEqual([]);
  for (const fan of [alice, bob, carol]) {
    await fan.to('followUser', person(0));
    await fan.to('followUser', person(1));
  }
  await alice.to('followUser', person(2));
  await makePrivate(person(1));
  await run().refresh();
  expect(await handles(undefined, newcomer)).toEqual(['far_s']);
  expect(await handles(undefined, alice)).toEqual([]);
  // A crowd's followees count each follower for a few only, the newest first.
  await run({ popularOfEach: 1 }).refresh();
  expect(await handles(undefined, newcomer)).toEqual([]);
  expect(await platform.database.suggestion.count({ where: { accountId: everybody } })).toBe(0);
});

it('asks for others once when they are read and stale, and by the clock for who still reads them', async () => {
  await meet();
  await suggested();
  await suggested('first: 1');
  const mine = `suggest ${userIdOf(alice.id)}`;
  expect(await jobs()).toEqual([mine]);
  await platform.database.$executeRawUnsafe('DELETE FROM graphile_worker._private_jobs');
  await run().suggest(alice);
  await platform.database.$executeRaw`UPDATE suggestion_reader SET read_at = now() - interval '1 hour'`;
  await suggested();
  await run().refresh();
  expect(await jobs()).toEqual([]);
  const made = (days: number) =>
    platform.database
      .$executeRaw`UPDATE suggestion_reader SET made_at = now() - ${days}::integer * interval '1 day'`;
  await made(2);
  await run().refresh();
  expect(await jobs()).toEqual([mine]);
  await platform.database.$executeRawUnsafe('DELETE FROM graphile_worker._private_jobs');
  await platform.database.$executeRaw`UPDATE suggestion_reader SET read_at = now() - interval '8 days'`;
  await run().refresh();
  expect(await jobs()).toEqual([]);
  await suggested();
  expect(await jobs()).toEqual([mine]);
});

it('keeps the newest dismissals, and refuses who cannot be dismissed', async () => {
  await meet();
  await run().suggest(alice);
  for (const index of [0, 1, 1, 2]) expect(await alice.to('dismissSuggestion', person(index))).toEqual([]);
  expect(await handles()).toEqual(['far_s']);
  expect(await alice.to('dismissSuggestion', alice)).toEqual(['NotAllowed']);
  expect(await alice.to('dismissSuggestion', { id: 'nonsense' })).toEqual(['ValidationError']);
  await person(3).to('blockUser', alice);
  expect(await alice.to('dismissSuggestion', person(3))).toEqual(['NotFound']);
  expect(await platform.database.dismissedSuggestion.count()).toBe(2);
});
