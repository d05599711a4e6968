import { type Member, signUpCast } from '@murmuration/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLoad } from '../support/load.ts';
import { startStory, type Story } from '../support/stack.ts';
import { watchHome } from '../support/watch-home.ts';
import { registryOf, type StoryRegistry, withField, without } from './registry-of.ts';

/** A change of the schema from a publication to the running gateway and back, with what clients send deciding. */
let story: Story;
let registry: StoryRegistry;
let alice: Member;
let bob: Member;
/** Where clients reach each of the two. */
let gateways: string[];

beforeAll(async () => {
  story = await startStory({ registry: 'first', replicas: { count: 2, of: ['gateway'] } });
  registry = registryOf(story);
  ({ alice, bob } = await signUpCast(story.graphUrl, ['alice', 'bob']));
  await alice.follow(bob);
  gateways = ['gateway', 'gateway-2'].map((name) => `${story.processes.get(name)?.url}/graphql`);
  await registry.tellOfQuietDays();
});
afterAll(() => story?.stop());

async function askAsApp(
  query: string,
  url = story.graphUrl,
): Promise<{ data?: Record<string, never>; errors?: unknown }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${alice.accessToken}`,
      'apollographql-client-name': 'ios',
      'apollographql-client-version': '2.1',
    },
    body: JSON.stringify({ query }),
  });
  return (await response.json()) as never;
}

const biography = 'query Biography { viewer { user { handle bio } } }';
const typeOf = '{ __type(name: "User") { fields { name } } }';
/** How many gateways have the field. */
const knowing = async (field: string) => {
  const answers = await Promise.all(gateways.map((url) => askAsApp(typeOf, url)));
  return answers.filter((answer) => JSON.stringify(answer).includes(`"${field}"`)).length;
};
/** What the gateways say that they run. */
const running = async () => {
  const all = await registry.ask<{ name: string; version: number | null }[]>('GET', '/gateways');
  return all.flatMap(({ name, version }) => (name.startsWith('gateway') ? [version] : []));
};
/** A gateway makes a supergraph ready and has it accepted while it serves: on a busy machine that takes its time. */
const patience = { timeout: 120_000 };
const page = async (path: string) => (await fetch(`${registry.pages}${path}`)).text();

test('the gateway serves what was published, and its traffic is on the pages', async () => {
  expect((await askAsApp(biography)).errors).toBeUndefined();
  await expect.poll(() => page('/operations')).toMatch(/Biography[\s\S]*ios@2\.1/);
  expect(await page('/operations')).not.toContain(alice.handle);
  await expect.poll(running, patience).toEqual([1, 1]);
});

test('what an app sends is not taken away: the refusal names the app, its version, and when it asked last', async () => {
  const refused = await registry.publishUser((sdl) => without(sdl, 'bio'));
  expect(refused.status).toBe('refused');
  const [change] = refused.report?.changes.filter(({ coordinate }) => coordinate === 'User.bio') ?? [];
  expect(change?.usage.operations).toMatchObject([{ name: 'Biography', clients: ['ios@2.1'] }]);
  const lastAt = String(change?.usage.operations?.[0]?.lastAt);
  expect(Date.now() - Date.parse(lastAt)).toBeLessThan(3_600_000);
  expect(await page('/checks')).toContain('failed');
});

test('a compatible change reaches two gateways under load, a rollback too, and no request fails, no stream ends', async () => {
  const { homeTimeline } = await alice.ask<{ homeTimeline: { liveCursor: string } }>(
    '{ homeTimeline(first: 1) { liveCursor } }',
  );
  const watches = gateways.map((url) => watchHome(url, alice, homeTimeline.liveCursor));
  await expect.poll(() => watches.map(({ sockets }) => sockets), patience).toEqual([1, 1]);
  const load = startLoad([bob], 50);
  const over = new AbortController();
  const failed: unknown[] = [];
  const asked = gateways.map(() => 0);
  const apps = gateways.map(async (url, at) => {
    while (!over.signal.aborted) {
      const { errors } = await askAsApp(biography, url);
      if (errors) failed.push(errors);
      asked[at] = (asked[at] ?? 0) + 1;
    }
  });
  expect(await knowing('shoeSize')).toBe(0);
  const published = await registry.publishUser((sdl) => withField(sdl, 'bio', 'shoeSize: Int'));
  expect(published).toMatchObject({ status: 'published', id: 2 });
  await expect.poll(() => knowing('shoeSize'), patience).toBe(2);
  await expect.poll(running, patience).toEqual([2, 2]);
  // Nobody asked for it in the days that are looked at, so it goes without anybody's approval.
  expect(await registry.rollBack(1)).toMatchObject({ status: 'published', id: 3 });
  await expect.poll(() => knowing('shoeSize'), patience).toBe(0);
  await expect.poll(running, patience).toEqual([3, 3]);
  await load.stop();
  over.abort();
  await Promise.all(apps);
  const posts = [...load.posts.keys()].toSorted();
  await expect
    .poll(() => watches.map((watch) => watch.posts.toSorted()), patience)
    .toEqual(watches.map(() => posts));
  await Promise.all(watches.map((watch) => watch.stop()));
  expect(watches.map(({ reopened, sockets, wrong }) => ({ reopened, sockets, wrong }))).toEqual(
    watches.map(() => ({ reopened: 0, sockets: 1, wrong: [] })),
  );
  expect([failed, load.failures]).toEqual([[], []]);
  expect(posts.length).toBeGreaterThan(0);
  expect(Math.min(...asked)).toBeGreaterThan(0);
});

test('a field that nobody asked for in the days that are looked at goes without approval', async () => {
  const gone = await registry.publishUser((sdl) => without(sdl, 'followingCount'));
  expect(gone).toMatchObject({ status: 'published', id: 4 });
  await expect.poll(() => knowing('followingCount'), patience).toBe(0);
});

test('the gateway starts while the registry is away, and tells afterwards what was asked meanwhile', async () => {
  const count = async () => {
    const files = await registry.ask<{ operations: { name: string; count: number }[] }[]>('GET', '/usage');
    return files
      .flatMap(({ operations }) => operations)
      .filter(({ name }) => name === 'Meanwhile')
      .reduce((sum, one) => sum + one.count, 0);
  };
  await story.kill('registry');
  await story.restart('gateway');
  for (let calls = 0; calls < 5; calls++)
    expect((await askAsApp('query Meanwhile { viewer { user { handle } } }')).errors).toBeUndefined();
  await story.start('registry');
  await expect.poll(count).toBe(5);
});
