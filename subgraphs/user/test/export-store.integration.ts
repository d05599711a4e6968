import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPostgresStore, type ExportStore } from '../src/export/store.ts';
import { enter } from './support/cast.ts';
import { createPlatform, type Platform, sealer, userIdOf } from './support/platform.ts';

let platform: Platform;
let store: ExportStore;
const run = 1n;
const text = Array.from({ length: 250 }, (_, line) => `line ${line} of ann@example.org\n`).join('');

beforeAll(async () => {
  platform = await createPlatform();
  store = createPostgresStore(platform.database, sealer, { chunkBytes: 1_000 });
});
afterAll(() => platform.close());

/** Somebody new, whose archive is written. */
async function written(handle: string): Promise<bigint> {
  const accountId = userIdOf((await enter(platform, handle)).id);
  await platform.database
    .$executeRaw`INSERT INTO account_export (account_id, run) VALUES (${accountId}, ${run})`;
  const bytes = async function* () {
    yield Buffer.from(text.slice(0, 10));
    yield Buffer.from(text.slice(10));
  };
  expect(await store.write({ accountId, run }, bytes())).toBe(text.length);
  return accountId;
}

async function read(accountId: bigint): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of store.read({ accountId, run }, text.length)) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

it('reads what was written, of which nothing stands in a piece in clear', async () => {
  const accountId = await written('ann');
  expect(await read(accountId)).toBe(text);
  const pieces = await platform.database.accountExportChunk.findMany({ where: { accountId } });
  expect(pieces).toHaveLength(Math.ceil(text.length / 1_000));
  for (const { bytes, keyId } of pieces) {
    expect(keyId).toBe(sealer.currentId);
    expect(Buffer.from(bytes).toString('latin1')).not.toContain('example.org');
  }
});

it('opens no piece in the place of another one', async () => {
  const [bea, cyd] = [await written('bea'), await written('cyd')];
  const { database } = platform;
  await database.$executeRaw`
    UPDATE account_export_chunk c SET bytes = o.bytes FROM account_export_chunk o
    WHERE c.account_id = ${bea} AND c.number = 1 AND o.account_id = ${cyd} AND o.number = 1`;
  await expect(read(bea)).rejects.toThrow();
  await database.$executeRaw`
    UPDATE account_export_chunk c SET bytes = o.bytes FROM account_export_chunk o
    WHERE c.account_id = ${cyd} AND c.number = 1 AND o.account_id = ${cyd} AND o.number = 2`;
  await expect(read(cyd)).rejects.toThrow();
});

it('reads archives that were written before pieces were sealed', async () => {
  const accountId = userIdOf((await enter(platform, 'dan')).id);
  const { database } = platform;
  await database.$executeRaw`INSERT INTO account_export (account_id, run) VALUES (${accountId}, ${run})`;
  await database.$executeRaw`
    INSERT INTO account_export_chunk (account_id, run, number, bytes) VALUES (${accountId}, ${run}, 0, ${Buffer.from(text)})`;
  expect(await read(accountId)).toBe(text);
});
