import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readLivePid } from '../src/provision/pid-file.ts';
import { type PostgresServer, startPostgres } from '../src/provision/postgres.ts';
import { startRedis } from '../src/provision/redis.ts';
import { makeScratchFolder, removeScratchFolder } from '../src/provision/scratch.ts';
import { usableSocket } from '../src/provision/socket-path.ts';

let stateFolder: string;
beforeEach(async () => {
  stateFolder = await makeScratchFolder();
});
afterEach(() => removeScratchFolder(stateFolder));

async function query(server: PostgresServer, text: string, url = server.url('postgres')) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(text);
  await client.end();
  return rows;
}

test('a Postgres that was left running is ended by the next start, which has its data and port', async () => {
  const left = await startPostgres({ stateFolder });
  await query(left, 'CREATE TABLE kept AS SELECT 42 AS answer');
  const leftPid = readLivePid(`${stateFolder}/postgres.pid`);
  const next = await startPostgres({ stateFolder, port: left.port });
  expect(readLivePid(`${stateFolder}/postgres.pid`)).not.toBe(leftPid);
  expect(next.port).toBe(left.port);
  expect(await query(next, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
});

test('a killed Postgres comes back with what was committed', async () => {
  const server = await startPostgres({ stateFolder });
  await query(server, 'CREATE TABLE kept AS SELECT 42 AS answer');
  await server.kill();
  await server.start();
  expect(await query(server, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
});

test('processes of this machine go by socket, also when a dead server left its lock behind', async () => {
  const server = await startPostgres({ stateFolder });
  const way = () =>
    query(server, 'SELECT inet_client_addr() IS NULL AS "isSocket"', server.localUrl('postgres'));
  expect(await way()).toEqual([{ isSocket: true }]);
  await server.kill();
  // As if the dead server's number had gone to a process that lives.
  const lock = `${stateFolder}/postgres/.s.PGSQL.${server.port}.lock`;
  if (existsSync(lock)) writeFileSync(lock, `${process.pid}\n`);
  await server.start();
  expect(await way()).toEqual([{ isSocket: true }]);
});

test('a Redis answers on its socket, also after it was killed', async () => {
  const server = await startRedis({ stateFolder });
  const socketPath = new URL(server.localUrl).searchParams.get('path');
  expect(socketPath).toBe(`${stateFolder}/redis.sock`);
  for (const again of [server.kill, server.start]) await again();
  const socket = connect(socketPath ?? '').end('PING\r\nQUIT\r\n');
  expect(await text(socket)).toContain('+PONG');
});

test('where no socket can be, everybody goes by TCP', () => {
  expect(usableSocket('/home/ada/murmuration/.data/redis.sock')).toBe(
    '/home/ada/murmuration/.data/redis.sock',
  );
  expect(usableSocket(`/${'far/'.repeat(30)}redis.sock`)).toBeUndefined();
  expect(usableSocket('/home/ada/my projects/redis.sock')).toBeUndefined();
});

test('no stalled writer can hold the event feed for ever, and a lost leader is found', async () => {
  const server = await startPostgres({ stateFolder });
  const names = ['max_prepared_transactions', 'idle_in_transaction_session_timeout', 'tcp_keepalives_idle'];
  const rows = await query(
    server,
    `SELECT name, setting FROM pg_settings WHERE name IN (${names.map((name) => `'${name}'`).join()}) ORDER BY name`,
  );
  expect(rows).toEqual([
    { name: 'idle_in_transaction_session_timeout', setting: '15000' },
    { name: 'max_prepared_transactions', setting: '0' },
    { name: 'tcp_keepalives_idle', setting: '5' },
  ]);
});

test('servers whose ports are wanted twice get different ones', async () => {
  const redis = await startRedis({ stateFolder });
  const other = await makeScratchFolder();
  const second = await startRedis({ stateFolder: other, port: redis.port });
  expect(second.port).not.toBe(redis.port);
  await removeScratchFolder(other);
});

test('a Redis with a password answers nobody without it, and nobody reads it off its command line', async () => {
  const server = await startRedis({ stateFolder, hasPassword: true });
  const { password, port } = new URL(server.url);
  expect(password.length).toBeGreaterThan(20);
  const ask = async (commands: string) => text(connect(Number(port), '127.0.0.1').end(commands));
  expect(await ask('GET x\r\nQUIT\r\n')).toContain('-NOAUTH');
  expect(await ask(`AUTH ${password}\r\nPING\r\nQUIT\r\n`)).toContain('+PONG');
  for (const name of ['redis.password', 'redis.conf'])
    expect(statSync(`${stateFolder}/${name}`).mode & 0o077).toBe(0);
  const commandLine = `/proc/${readLivePid(`${stateFolder}/redis.pid`)}/cmdline`;
  if (existsSync(commandLine)) expect(readFileSync(commandLine, 'utf8')).not.toContain(password);
  await server.kill();
  await server.start();
  expect(await ask(`AUTH ${password}\r\nPING\r\nQUIT\r\n`)).toContain('+PONG');
});
