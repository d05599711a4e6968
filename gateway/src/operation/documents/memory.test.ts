import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { link } from '../../../test/differential/graphs/link.ts';
import { anonymousContext } from '../../../test/differential/harness.ts';
import { composeSupergraph } from '../../../test/differential/local-subgraphs.ts';
import { execute } from '../../execution/execute.ts';
import { createGeneration } from '../../planning/generation.ts';
import { readEntry } from '../admit.ts';
import { planOf } from '../plan.ts';
import { createEntries } from './entries.ts';
import { hashOf } from './hash.ts';
import { parseDocument } from './parse-document.ts';

const bound = 512 * 1024;

const generation = createGeneration(
  composeSupergraph([
    {
      name: 'names',
      sdl: `${link} type Query { me: User } type User @key(fields: "id") { id: ID! name: String }`,
    },
    { name: 'ages', sdl: `${link} type User @key(fields: "id") { id: ID! age: Int }` },
  ]),
  { fetcher: { fetch: async ({ query }) => ({ data: answerTo(query) }) } },
);

function answerTo(query: string): Record<string, unknown> {
  const key = /(\w+):\s*me\b/.exec(query)?.[1];
  return key ? { [key]: { __typename: 'User', id: '1', name: 'Ada' } } : { _entities: [{ age: 36 }] };
}

test('what is remembered of ever new operations stays within its bound, introspections among them', async () => {
  const entries = createEntries(bound);
  const serving = { generation, entries };
  async function run(text: string): Promise<void> {
    const entry = readEntry(serving, { hash: hashOf(text), text }, parseDocument(text, 1_000));
    const [operation] = entry.operations;
    if (!operation) throw new Error('The document has an operation');
    const context = { ...anonymousContext(), caller: 'a', signal: undefined };
    const plannedFor = { labels: [], switchesOn: [] };
    const compiled = await planOf(serving, entry, operation, plannedFor, context as never);
    const outcome = await execute(compiled, { context });
    expect(outcome.errors).toBeUndefined();
  }
  let made = 0;
  async function runNew(count: number): Promise<number> {
    for (const end = made + count; made < end; made++) {
      const schema = made % 4 === 0 ? '__schema { types { name fields { name type { name } } } }' : '';
      const text = `query Q${made} { a${made}: me { id name age } ${schema} }`;
      // Some come again, and are no texts any more then.
      for (let time = 0; time < (made % 3 === 0 ? 3 : 1); time++) await run(text);
      expect(entries.bytes()).toBeLessThanOrEqual(bound);
    }
    return heapBytes();
  }
  const settled = await runNew(400);
  const later = await runNew(400);
  expect(entries.bytes()).toBeGreaterThan(bound / 2);
  // 0.3 as measured; 5 if all were kept.
  expect((later - settled) / 2 ** 20).toBeLessThan(2);
}, 120_000);

function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
