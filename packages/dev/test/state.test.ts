import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { madeAt, parseInternalKeys, parseSecretList } from '@murmuration/config';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readLivePid, reap, writePidFile } from '../src/provision/pid-file.ts';
import { freePort, isPortFree } from '../src/provision/ports.ts';
import { openKeptPorts } from '../src/state/kept-ports.ts';
import { lockStateFolder } from '../src/state/lock.ts';
import { openSecrets } from '../src/state/secrets.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'murmuration-state-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('ports stay the same between starts and are never given twice', async () => {
  const first = openKeptPorts(folder);
  const ports = [await first.of('user'), await first.of('post'), await first.of('redis')];
  expect(new Set(ports).size).toBe(3);
  const second = openKeptPorts(folder);
  expect([await second.of('user'), await second.of('post'), await second.of('redis')]).toEqual(ports);
});

test('a kept port that another program took is replaced', async () => {
  const port = await openKeptPorts(folder).of('user');
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
  expect(await openKeptPorts(folder).of('user')).not.toBe(port);
  other.close();
});

test('a port that another process chose is not chosen again while that process lives', async () => {
  const module = JSON.stringify(new URL('../src/provision/ports.ts', import.meta.url).href);
  const script = `const { freePort } = await import(${module}); console.log(await freePort()); setInterval(() => {}, 1e6);`;
  const other = spawn(process.execPath, ['--input-type=module', '--eval', script]);
  const exit = once(other, 'exit');
  const port = Number(String((await once(other.stdout, 'data'))[0]));
  expect(await isPortFree(port)).toBe(true);
  expect(await freePort(port)).not.toBe(port);
  other.kill('SIGKILL');
  await exit;
  expect(await freePort(port)).toBe(port);
});

test('secrets are made once, for their owner only, in the form that the services parse', () => {
  const secrets = openSecrets(folder);
  expect(openSecrets(folder)).toEqual(secrets);
  expect(statSync(path.join(folder, 'secrets.json')).mode & 0o077).toBe(0);
  expect(parseInternalKeys(secrets.INTERNAL_KEYS)[0].secret).toHaveLength(32);
  expect(JSON.parse(secrets.JWT_SIGNING_KEYS)).toMatchObject([{ kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA' }]);
  const [signingKey] = JSON.parse(secrets.JWT_SIGNING_KEYS) as { kid: string }[];
  const ids = [
    parseInternalKeys(secrets.INTERNAL_KEYS)[0].id,
    parseSecretList(secrets.REFRESH_TOKEN_SECRET)[0].id,
  ];
  for (const id of [...ids, signingKey?.kid ?? null]) {
    expect(Date.now() - (madeAt(id)?.getTime() ?? 0)).toBeLessThan(2 * 86_400_000);
  }
});

test('a later process with the number of a dead one is not taken for it', async () => {
  const file = path.join(folder, 'other.pid');
  writePidFile(file, process.pid);
  expect(readLivePid(file)).toBe(process.pid);
  writeFileSync(file, JSON.stringify({ pid: process.pid, identity: 'a boot long ago' }));
  expect(readLivePid(file)).toBeUndefined();
  await reap(file);
});

test('a state folder belongs to one start at a time', async () => {
  const lock = await lockStateFolder(folder, () => {});
  await expect(lockStateFolder(folder, () => {})).rejects.toThrow(`process ${process.pid}`);
  lock.release();
  const next = await lockStateFolder(folder, () => {});
  next.release();
});
