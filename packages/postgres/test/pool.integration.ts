import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { expect, test } from 'vitest';
import { servers } from '../../testing/src/servers.ts';
import { createPool } from '../src/pool.ts';

/** A way to Postgres that holds back what the server says while it is told to, and then hands it on in one chunk. */
async function createDam(serverUrl: string) {
  const { hostname, port } = new URL(serverUrl);
  const held: Buffer[] = [];
  let isShut = false;
  let open = () => {};
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    near.pipe(far);
    far.on('data', (chunk: Buffer) => (isShut ? void held.push(chunk) : void near.write(chunk)));
    open = () => void near.end(Buffer.concat(held));
    for (const socket of [near, far]) socket.on('error', () => undefined);
    near.on('close', () => far.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(serverUrl);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    shut: () => void (isShut = true),
    open: () => open(),
    close: () => server.close(),
  };
}

test('a connection that is lent while the server says goodbye in the same chunk fails, and the process lives', async () => {
  const dam = await createDam(servers().postgresUrl);
  const pool = createPool({ url: dam.url, poolSize: 1 });
  const admin = new pg.Client({ connectionString: servers().postgresUrl });
  await admin.connect();
  const { rows } = await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const isThere = async () =>
    (await admin.query('SELECT FROM pg_stat_activity WHERE pid = $1', [rows[0]?.pid])).rowCount === 1;

  dam.shut();
  const first = pool.query('SELECT 1 AS one');
  // Whoever waits for the pool's only connection gets it in the moment in which the first has been answered.
  const second = pool.connect().then(async (client) => {
    try {
      return await client.query('SELECT 2');
    } finally {
      client.release(true);
    }
  });
  await expect
    .poll(
      async () =>
        (
          await admin.query(
            `SELECT FROM pg_stat_activity WHERE pid = $1 AND state = 'idle'
      AND query = 'SELECT 1 AS one'`,
            [rows[0]?.pid],
          )
        ).rowCount,
    )
    .toBe(1);
  await admin.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
  await expect.poll(isThere).toBe(false);
  await sleep(20);
  dam.open();
  expect((await first).rows).toEqual([{ one: 1 }]);
  await expect(second).rejects.toThrow();
  await admin.end();
  await pool.end();
  dam.close();
});
