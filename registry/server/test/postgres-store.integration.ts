import { createRegistryDatabase, type RegistryDatabase } from '@murmuration/prisma/registry';
import { createTestDatabase, type TestDatabase } from '@murmuration/testing/postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { publish } from '../../src/publish.ts';
import { config, people, posts } from '../../test/cast.ts';
import { requestFor, storeContract } from '../../test/store-contract.ts';
import { createGraphs } from '../src/graphs.ts';
import { letGo } from '../src/retention.ts';
import { usageFileLimits } from '../src/usage/files.ts';
import { postgresStore } from '../src/store/postgres-store.ts';

let test: TestDatabase;
const databases: RegistryDatabase[] = [];
let graphs = 0;

beforeAll(async () => {
  test = await createTestDatabase('registry');
  databases.push(...[1, 2].map(() => createRegistryDatabase({ url: test.url, poolSize: 4 })));
});
afterAll(async () => {
  await Promise.all(databases.map((database) => database.$disconnect()));
  await test.drop();
});

async function fresh() {
  const [first, second] = databases as [RegistryDatabase, RegistryDatabase];
  const { id } = await createGraphs(first).ensure(`graph-${++graphs}`);
  let opened = 0;
  return { open: () => postgresStore(opened++ % 2 === 0 ? first : second, id), id };
}

// Each view by a client of its own, as two processes would.
storeContract('Postgres store', fresh, 10);

it('keeps graphs apart, and a text that both have once', async () => {
  const [one, other] = [await fresh(), await fresh()];
  await publish(one.open(), requestFor(people()));
  await publish(other.open(), requestFor(people()));
  await publish(other.open(), requestFor(posts()));
  expect((await one.open().versions()).map(({ id }) => id)).toEqual([1]);
  expect((await other.open().versions()).map(({ id }) => id)).toEqual([1, 2]);
  const rows = await databases[0]?.content.count({ where: { body: people().sdl } });
  expect(rows).toBe(1);
});

it('gives back what a version promised: contracts, operations, addresses, files', async () => {
  const store = (await fresh()).open();
  const operations = [{ name: 'Me', file: 'me.graphql', line: 1, text: '{ me { id } }' }];
  const version = {
    at: '2026-11-22T00:00:00.000Z',
    by: 'alice',
    message: 'with everything',
    equalTo: 7,
    subgraphs: [{ ...people(), url: 'http://people.test' }],
    supergraphSdl: 'S',
    contracts: config({ contracts: { public: { exclude: ['internal'] } } }).contracts,
    operations,
  };
  await store.append(0, version);
  expect(await store.head()).toEqual({ id: 1, ...version });
});

it('says that it is damaged instead of serving an edited schema', async () => {
  const { id, open } = await fresh();
  await publish(open(), requestFor(people('only: String')));
  const [database] = databases as [RegistryDatabase];
  await database.$executeRaw`UPDATE content SET body = 'type Query { evil: Int }'
    WHERE hash = (SELECT supergraph_hash FROM version WHERE graph_id = ${id})`;
  await expect(open().head()).rejects.toThrow(/damaged/);
});

it('lets go what is old, and no version', async () => {
  const [database] = databases as [RegistryDatabase];
  const { id, open } = await fresh();
  await publish(open(), requestFor(people()));
  await database.$executeRaw`INSERT INTO usage_report (graph_id, reporter, sequence, at) VALUES
    (${id}, 'old', 1, now() - interval '9 days'), (${id}, 'new', 1, now())`;
  await database.$executeRaw`INSERT INTO checked (graph_id, at, by, verdict, report) VALUES
    (${id}, now() - interval '31 days', 'ci', 'passed', '{}'), (${id}, now(), 'ci', 'passed', '{}')`;
  await database.$executeRaw`INSERT INTO usage_file (graph_id, hash, body, added_at)
    SELECT ${id}, decode(lpad(to_hex(n), 64, '0'), 'hex'), '{"to": "2020-01-01T00:00:00Z"}', now() - interval '2 hours' * n
    FROM generate_series(1, ${usageFileLimits.files + 5}) AS n`;
  const now = new Date().toISOString();
  await open().addUsage({ version: 1, from: now, to: now, operations: [] });
  expect(await database.usageFile.count({ where: { graphId: id } })).toBe(usageFileLimits.files);
  expect(await open().usage(1)).toEqual([{ version: 1, from: now, to: now, operations: [] }]);
  await database.$executeRaw`UPDATE usage_file SET added_at = now() - interval '91 days' WHERE graph_id = ${id}
    AND hash < decode(lpad('3', 64, '0'), 'hex')`;
  expect(await letGo(database, { usageDays: 90, checksDays: 30 })).toBe(4);
  expect(await database.usageReport.findMany({ where: { graphId: id }, select: { reporter: true } })).toEqual(
    [{ reporter: 'new' }],
  );
  expect(await open().versions()).toHaveLength(1);
});
