import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { publish } from '../src/publish.ts';
import { fileStore } from '../src/store/file-store.ts';
import { nowMs, people, posts } from './cast.ts';
import { requestFor, storeContract } from './store-contract.ts';

const folders: string[] = [];

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'registry-store-'));
  folders.push(folder);
  return folder;
}

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

storeContract('file store', async () => {
  const folder = freshFolder();
  return { open: () => fileStore(folder) };
});

describe('a file store lives well in git', () => {
  it('names a version by its number and a schema by its hash, and repeats no schema', async () => {
    const folder = freshFolder();
    await publish(fileStore(folder), requestFor(people()));
    await publish(fileStore(folder), requestFor(posts()));
    expect(readdirSync(join(folder, 'versions'))).toEqual(['000001.json', '000002.json']);
    // Two subgraphs and two supergraphs; the first subgraph is in both versions but kept once.
    expect(readdirSync(join(folder, 'schemas'))).toHaveLength(4);
  });

  it('says that it is damaged instead of serving an edited schema', async () => {
    const folder = freshFolder();
    await publish(fileStore(folder), requestFor(people()));
    const [schema = ''] = readdirSync(join(folder, 'schemas'));
    writeFileSync(join(folder, 'schemas', schema), 'type Query { evil: Int }');
    await expect(fileStore(folder).head()).rejects.toThrow(/damaged/);
    writeFileSync(join(folder, 'versions', '000001.json'), '{ "half": ');
    await expect(fileStore(folder).head()).rejects.toThrow(/damaged/);
  });

  it('is not disturbed by what a killed publisher left, and sweeps it after a while', async () => {
    const folder = freshFolder();
    await publish(fileStore(folder), requestFor(people()));
    const left = join(folder, 'versions', '.tmp-left');
    writeFileSync(left, readFileSync(join(folder, 'versions', '000001.json')).subarray(0, 10));
    expect((await fileStore(folder).head())?.id).toBe(1);
    utimesSync(left, 0, 0);
    await publish(fileStore(folder), requestFor(posts()));
    expect(readdirSync(join(folder, 'versions'))).toEqual(['000001.json', '000002.json']);
  });
});

describe('publishing', () => {
  it('refuses what breaks the head, although it was fine on its own', async () => {
    const store = fileStore(freshFolder());
    await publish(store, requestFor(people()));
    const refused = await publish(store, requestFor(people('nameHistory: [String!]')));
    expect(refused).toMatchObject({ status: 'refused', report: { verdict: 'failed' } });
    expect((await store.head())?.id).toBe(1);
  });

  it('rolls back by a new version equal to an old one', async () => {
    const store = fileStore(freshFolder());
    await publish(store, requestFor(people()));
    await publish(store, requestFor(people('name: String nameHistory: [String!] bio: String')));
    const first = await store.version(1);
    const back = { ...requestFor(people()), next: () => first?.subgraphs ?? [], equalTo: 1, nowMs };
    expect(await publish(store, back)).toMatchObject({ status: 'refused' });
    expect(await publish(store, { ...back, force: true })).toMatchObject({ status: 'published', id: 3 });
    expect(await store.version(3)).toMatchObject({ equalTo: 1, subgraphs: first?.subgraphs });
    expect(await store.versions()).toHaveLength(3);
  });

  it('makes a version of a new address alone, since the supergraph differs', async () => {
    const store = fileStore(freshFolder());
    await publish(store, requestFor(people()));
    await publish(store, requestFor({ ...people(), url: 'http://people.test' }));
    expect((await store.head())?.supergraphSdl).toContain('http://people.test');
  });

  it('forces nothing that does not compose', async () => {
    const store = fileStore(freshFolder());
    const broken = { ...people(), sdl: 'type Query { a: Nowhere }' };
    expect(await publish(store, { ...requestFor(broken), force: true })).toMatchObject({ status: 'refused' });
    expect(await store.head()).toBeUndefined();
  });
});
