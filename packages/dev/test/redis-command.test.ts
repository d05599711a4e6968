import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { redisServerCommand } from '../src/provision/redis-command.ts';

let tools: string;
beforeEach(() => {
  tools = mkdtempSync(path.join(tmpdir(), 'murmuration-tools-'));
  vi.stubEnv('PATH', tools);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(tools, { recursive: true, force: true });
});

const program = (name: string, text = '') =>
  writeFileSync(path.join(tools, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
const isRoot = process.getuid?.() === 0;

test('a Valkey on the PATH is as good as a Redis', () => {
  program('valkey-server');
  expect(redisServerCommand()).toBe(path.join(tools, 'valkey-server'));
});

test('with nothing that could bring one, it says what to type', () => {
  expect(() => redisServerCommand()).toThrow(/Type: install redis-server or valkey-server[\s\S]*REDIS_URL=/);
});

test('a package manager is used only where it asks nothing, and the service is not started', () => {
  symlinkSync('/bin/ls', path.join(tools, 'ls'));
  const policy = 'ls /usr/sbin/policy-rc.d 2>/dev/null';
  program(
    'apt-get',
    `echo "$@ $(${policy})" >> ${tools}/log; [ "$1" = update ] || echo > ${tools}/redis-server; /bin/chmod +x ${tools}/redis-server 2>/dev/null; true`,
  );
  const hadPolicy = existsSync('/usr/sbin/policy-rc.d');
  const told: string[] = [];
  if (!isRoot) {
    expect(() => redisServerCommand()).toThrow('Type: sudo apt-get install redis-server');
    return;
  }
  expect(redisServerCommand((message) => told.push(message))).toBe(path.join(tools, 'redis-server'));
  expect(told).toEqual(['No Redis on the PATH: installing one with apt-get']);
  const [update, install] = readFileSync(path.join(tools, 'log'), 'utf8').split('\n');
  expect(update).toContain('update');
  expect(install).toBe('install --yes --no-install-recommends redis-server /usr/sbin/policy-rc.d');
  expect(existsSync('/usr/sbin/policy-rc.d')).toBe(hadPolicy);
});

test('an install that fails ends with what to type', () => {
  program('apt-get', 'exit 100');
  expect(() => redisServerCommand()).toThrow('Type: sudo apt-get install redis-server');
});
