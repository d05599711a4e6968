import type { PersonDataPage } from '@murmuration/service-kit/subgraph';
import { unzip } from '@murmuration/testing';
import { expect, it } from 'vitest';
import { writeArchive } from './archive.ts';
import { type ExportSource, gather } from './gather.ts';

const rowsAtOnce = 500;
const pages = 20;
/** A source of many rows that hardly compress; at a page it goes away. */
const source = (awayAt = Infinity): ExportSource => ({
  name: 'post',
  async read(_personId, place): Promise<PersonDataPage> {
    const page = Number(place?.after?.[0] ?? 0);
    if (page >= awayAt) throw new Error('post is away');
    const rows = Array.from({ length: rowsAtOnce }, () => ({ text: crypto.randomUUID() }));
    const next = page + 1 < pages ? { part: 'posts', after: [String(page + 1)] } : null;
    return { part: { name: 'posts', about: 'What you wrote.' }, rows, next };
  },
});
const files = (from: ExportSource, maxBytes = 1e9, signal = new AbortController().signal) =>
  gather({ sources: [from], personId: 1n, handle: 'alice', madeAt: new Date(), maxBytes, signal });

async function collect(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(bytes));
}

it('holds every row, and says how many they are', async () => {
  const made = await unzip(await writeArchive(files(source()), new Date(), collect));
  expect(made.get('post/posts.ndjson')?.split('\n')).toHaveLength(rowsAtOnce * pages + 1);
  expect(made.get('README.txt')).toContain(
    `post/posts.ndjson (${rowsAtOnce * pages} lines): What you wrote.`,
  );
});

it.each<[string, Parameters<typeof files>, (bytes: AsyncIterable<Uint8Array>) => Promise<unknown>, string]>([
  ['a source that is away', [source(0)], collect, 'post is away'],
  ['a source that goes away', [source(5)], collect, 'post is away'],
  ['more than there may be', [source(), 1e5], collect, 'more than 100000 bytes'],
  ['a worker that stops', [source(), 1e9, AbortSignal.abort(new Error('stop'))], collect, 'stop'],
  ['a store that takes nothing', [source()], () => Promise.reject(new Error('full')), 'full'],
  [
    'a store that takes a part',
    [source()],
    async (bytes) => {
      for await (const _ of bytes) throw new Error('full');
    },
    'full',
  ],
])('%s ends it, and both sides of it', async (_name, of, write, message) => {
  await expect(writeArchive(files(...of), new Date(), write)).rejects.toThrow(message);
});
