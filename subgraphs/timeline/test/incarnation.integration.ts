import { afterAll, beforeAll, expect, test } from 'vitest';
import { readLogHead } from '../src/log/head.ts';
import { openHome, type TestHome } from './support/home.ts';
import { createTown } from './support/town.ts';

let home: TestHome;
beforeAll(async () => {
  home = await openHome(createTown(2));
});
afterAll(() => home.close());

test('the incarnation names the server and its timeline, so that one promoted over it is another', async () => {
  const { rows } = await home.pool.query<{ identity: string; expected: string }>(
    `SELECT server_identity() AS identity,
       (SELECT system_identifier FROM pg_control_system()) || '/' ||
       lpad(upper(to_hex((SELECT timeline_id FROM pg_control_checkpoint()))), 8, '0') AS expected`,
  );
  expect(rows[0]?.identity).toBe(rows[0]?.expected);
  const own = await readLogHead(home.pool);
  const client = await home.pool.connect();
  const headOn = async (server: string) => {
    await client.query(`SELECT set_config('murmuration.server', $1, false)`, [server]);
    return readLogHead(client);
  };
  expect(await headOn(rows[0]?.identity ?? '')).toEqual(own);
  const [system] = (rows[0]?.identity ?? '').split('/');
  expect((await headOn(`${system}/00000009`)).incarnation).not.toBe(own.incarnation);
  expect((await headOn(`1/${'0'.repeat(7)}1`)).incarnation).not.toBe(own.incarnation);
  // Where a connection could not be told, the statement asks.
  expect(await headOn('')).toEqual(own);
  client.release(true);
});
