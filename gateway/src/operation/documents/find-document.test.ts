import { expect, test } from 'vitest';
import { createEntries } from './entries.ts';
import { createFindDocument } from './find-document.ts';
import { hashOf } from './hash.ts';

const text = '{ a }';
const byHash = { extensions: { persistedQuery: { version: 1, sha256Hash: hashOf(text) } } };
const asleep = {
  hash: hashOf(text),
  text,
  operationName: undefined,
  runs: { count: 1 },
  planKey: '',
  planText: '{}',
};

function finder(allows: boolean) {
  const entries = createEntries(1_000_000);
  entries.putToSleep(asleep);
  const trusted = { textOf: () => undefined, allows: () => allows };
  const find = createFindDocument({ trusted, persisted: undefined });
  return () => Promise.resolve(find(byHash as never, entries));
}

test('what sleeps is found by its hash, and only where it may run', async () => {
  expect(await finder(true)()).toMatchObject({ text });
  await expect(finder(false)()).rejects.toThrow('trusted documents only');
});
