import { signUpCast } from '@murmuration/testing';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type MetricUse, readExpression } from '../../k8s/test/observe/promql.ts';
import { alertRules } from '../../k8s/test/observe/rules.ts';
import { queriesOf, runbooks, statementsOf } from '../../k8s/test/observe/runbooks.ts';
import { dashboardNames, panelsOf } from '../../k8s/test/observe/dashboards.ts';
import { createAppClient } from '../support/apollo-client.ts';
import { startStory, type Story } from '../support/stack.ts';
import { type Exposed, readExposed } from './exposed.ts';

const home =
  'query Home { homeTimeline(first: 10) { edges { node { text author { handle } } } liveCursor } }';

const patience = { timeout: 60_000, interval: 100 };

let story: Story;
let exposed: Exposed;

beforeAll(async () => {
  story = await startStory({ registry: 'first' });
  const { alice, bob } = await signUpCast(story.graphUrl, ['alice', 'bob']);
  await alice.follow(bob);
  await bob.post('before anybody listens');
  await vi.waitFor(async () => {
    const { homeTimeline } = await alice.ask<{ homeTimeline: { edges: unknown[] } }>(home);
    if (homeTimeline.edges.length === 0) throw new Error('the post has not arrived');
  }, patience);
  await hearOnePost(alice.accessToken, () => bob.post('somebody listens'));
  exposed = await readExposed([...story.processes.values()].map(({ metricsUrl }) => metricsUrl));
});
afterAll(() => story?.stop());

/** Listens on a socket until one post came, so that everything live has counted something. */
async function hearOnePost(accessToken: string, post: () => Promise<unknown>): Promise<void> {
  const client = createAppClient(story.graphUrl, accessToken);
  const events = client.socket.iterate({ query: 'subscription Live { homeTimelineUpdates { cursor } }' });
  const heard = events.next();
  await vi.waitFor(async () => {
    const metrics = await fetch(story.processes.get('timeline')?.metricsUrl ?? '');
    if (!/^live_streams 1$/m.test(await metrics.text())) throw new Error('nobody listens yet');
  }, patience);
  await post();
  expect((await heard).done).toBe(false);
  await events.return?.();
  await client.close();
}

/** What no process says: unknown metrics, and labels that none of a metric's series bears. */
function unsaid(uses: readonly MetricUse[]): string[] {
  return uses.flatMap(({ metric, labels }) => {
    const borne = exposed.get(metric);
    if (!borne) return [metric];
    return labels.filter((label) => !borne.has(label)).map((label) => `${metric}{${label}}`);
  });
}

test('what nobody says is found', () => {
  expect(unsaid(readExpression('sum by (colour) (feed_lag_seconds) > invented_total'))).toEqual([
    'feed_lag_seconds{colour}',
    'invented_total',
  ]);
});

test.each(alertRules())('the processes say what $alert asks', ({ expr }) => {
  expect(unsaid(readExpression(expr))).toEqual([]);
});

test.each(dashboardNames)('the processes say what the dashboard %s shows', (name) => {
  const expressions = panelsOf(name).flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  expect(expressions.length).toBeGreaterThan(4);
  expect(expressions.flatMap((expression) => unsaid(readExpression(expression)))).toEqual([]);
});

test.each(runbooks)('the processes say what the runbook %s asks', (page) => {
  expect(queriesOf(page).flatMap((query) => unsaid(readExpression(query)))).toEqual([]);
});

test.each(runbooks.filter((page) => statementsOf(page).length > 0))(
  'the SQL of the runbook %s runs',
  async (page) => {
    for (const { database, sql } of statementsOf(page)) {
      const name = database.startsWith('<') ? 'post' : database;
      const client = new pg.Client({ connectionString: story.postgres?.url(name) });
      await client.connect();
      try {
        expect((await client.query(sql.replace('<table>', 'outbox'))).command).toBe('SELECT');
      } finally {
        await client.end();
      }
    }
  },
);

test('without Redis every process that uses it says so, and says when it is back', async () => {
  const states = async () => {
    const texts = await Promise.all(
      [...story.processes.values()].map(async ({ metricsUrl }) => (await fetch(metricsUrl)).text()),
    );
    const values = texts.flatMap((text) => [...text.matchAll(/^redis_connected\{.*\} (\d)$/gm)]);
    return [...new Set(values.map(([, value]) => value))];
  };
  await expect.poll(states, patience).toEqual(['1']);
  await story.redis?.kill();
  await expect.poll(states, patience).toEqual(['0']);
  await story.redis?.start();
  await expect.poll(states, patience).toEqual(['1']);
});
