import { type Member, signUpCast } from '@murmuration/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startStory, type Story } from '../support/stack.ts';
import { registryOf, type StoryRegistry, withField, without } from './registry-of.ts';

/** A change of the schema from a publication to the running gateway and back, with what clients send deciding. */
let story: Story;
let registry: StoryRegistry;
let alice: Member;

beforeAll(async () => {
  story = await startStory({ hasRegistry: true });
  registry = registryOf(story);
  ({ alice } = await signUpCast(story.graphUrl, ['alice']));
});
afterAll(() => story?.stop());

async function askAsApp(query: string): Promise<{ data?: Record<string, never>; errors?: unknown }> {
  const response = await fetch(story.graphUrl, {
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
const knows = async (field: string) => JSON.stringify(await askAsApp(typeOf)).includes(`"${field}"`);
const runs = async () => (await registry.ask<{ version: number | null }[]>('GET', '/gateways'))[0]?.version;
/** A gateway makes a supergraph ready and has it accepted while it serves: on a busy machine that takes its time. */
const patience = { timeout: 120_000 };
const page = async (path: string) => (await fetch(`${registry.pages}${path}`)).text();

test('the gateway serves what was published, and its traffic is on the pages', async () => {
  expect((await askAsApp(biography)).errors).toBeUndefined();
  await expect.poll(() => page('/operations')).toMatch(/Biography[\s\S]*ios@2\.1/);
  expect(await page('/operations')).not.toContain(alice.handle);
  await expect.poll(runs).toBe(1);
});

test('what an app sends is not taken away: the refusal names the app', async () => {
  const refused = await registry.publishUser((sdl) => without(sdl, 'bio'));
  expect(refused.status).toBe('refused');
  expect(JSON.stringify(refused.report)).toContain('ios@2.1');
});

test('a compatible change reaches the gateway without a failed request, and a rollback goes the same way', async () => {
  const over = new AbortController();
  const failed: unknown[] = [];
  let asked = 0;
  const load = (async () => {
    while (!over.signal.aborted) {
      const { errors } = await askAsApp(biography);
      if (errors) failed.push(errors);
      asked++;
    }
  })();
  expect(await knows('shoeSize')).toBe(false);
  const published = await registry.publishUser((sdl) => withField(sdl, 'bio', 'shoeSize: Int'));
  expect(published).toMatchObject({ status: 'published', id: 2 });
  await expect.poll(() => knows('shoeSize'), patience).toBe(true);
  await expect.poll(runs).toBe(2);
  // It is of no use to anybody yet, but the window is not known yet either: an emergency.
  const back = {
    config: { subgraphs: '*', compose: { accessRules: 'strip' } },
    id: 1,
    by: 'alice',
    message: 'back',
    force: true,
  };
  expect(await registry.ask('POST', '/rollbacks', back)).toMatchObject({ status: 'published', id: 3 });
  await expect.poll(() => knows('shoeSize'), patience).toBe(false);
  over.abort();
  await load;
  expect([failed, asked > 0]).toEqual([[], true]);
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
