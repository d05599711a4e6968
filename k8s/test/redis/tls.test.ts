import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeCertificate } from '../images/tls.ts';
import { makeNodes, type Nodes } from './nodes.ts';

const patience = { timeout: 120_000, interval: 200 };
const folder = mkdtempSync(join(tmpdir(), 'redis-tls-'));
let nodes: Nodes;

beforeAll(async () => {
  const { certificate, key } = makeCertificate(folder);
  renameSync(certificate, join(folder, 'tls.crt'));
  renameSync(key, join(folder, 'tls.key'));
  nodes = await makeNodes(folder);
  for (const node of nodes.all) node.start();
}, 60_000);
afterAll(async () => {
  await nodes?.stop();
  rmSync(folder, { recursive: true });
});

/** What a port says to a command in clear. */
function inClear(port: number): Promise<string> {
  return new Promise((resolve) => {
    let heard = '';
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.on('data', (chunk) => (heard += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(heard));
    socket.setTimeout(2_000, () => socket.destroy());
  });
}

test('with a certificate primary, replicas and sentinels speak TLS with each other, and with nobody else', async () => {
  const [first, , last] = nodes.all;
  await expect.poll(() => nodes.primaries(), patience).toEqual([first?.port]);
  const replicas = async () => nodes.ask(first?.port ?? 0, 'internal', 'info', 'replication');
  await expect.poll(replicas, patience).toContain('connected_slaves:2');
  const others = () => nodes.ask(last?.sentinelPort ?? 0, 'nobody', 'sentinel', 'sentinels', 'murmuration');
  await expect.poll(async () => (await others()).match(/^name$/gm)?.length, patience).toBe(2);
  for (const port of [first?.port ?? 0, last?.sentinelPort ?? 0]) {
    expect(await inClear(port)).not.toMatch(/PONG|NOAUTH/);
  }
});
