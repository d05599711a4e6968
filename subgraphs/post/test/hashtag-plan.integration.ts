import { idAt } from '@murmuration/ids';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { taggedPosts } from '../src/hashtags/repository.ts';
import { createWorld, type World } from './world.ts';

interface Plan {
  'Relation Name'?: string;
  'Actual Loops': number;
  Plans?: Plan[];
}

let world: World;
let client: pg.Client;
beforeAll(async () => {
  world = await createWorld();
  client = new pg.Client({ connectionString: world.databaseUrl });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await world.close();
});

const looked = (plan: Plan): string[] => [
  ...(plan['Relation Name'] && plan['Actual Loops'] > 0 ? [plan['Relation Name']] : []),
  ...(plan.Plans ?? []).flatMap(looked),
];

it('a page of a hashtag looks into the months of its posts and into no others', async () => {
  const monthMs = 30.5 * 24 * 3_600_000;
  const posts = [3, 3.2, 9].map((months, index) => ({
    id: idAt(Date.now() - months * monthMs) + BigInt(index),
    authorId: 1n,
    text: 'Long ago #ago',
  }));
  await world.services.imports.importPosts(posts, new Map());
  const { rows: partitions } = await client.query<{ name: string }>(
    `SELECT DISTINCT tableoid::regclass::text AS name FROM post ORDER BY 1`,
  );
  await client.query('SET plan_cache_mode = force_generic_plan');
  for (const { text } of Object.values(taggedPosts)) {
    await client.query(`PREPARE page (text[], bigint[], bigint[], bigint) AS ${text}`);
    const values = `'{ago}', '{-1}', '{${(1n << 63n) - 1n}}', 21`;
    const { rows } = await client.query(`EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE page (${values})`);
    await client.query('DEALLOCATE page');
    const tables = looked(rows[0]['QUERY PLAN'][0].Plan as Plan).filter((name) => name !== 'post_hashtag');
    expect([...new Set(tables)].sort()).toEqual(partitions.map(({ name }) => name));
  }
});
