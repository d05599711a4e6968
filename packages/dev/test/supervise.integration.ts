import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isAlive } from '../src/provision/process-identity.ts';
import { freePort } from '../src/provision/ports.ts';
import { makeScratchFolder, removeScratchFolder } from '../src/provision/scratch.ts';
import { type Crash, type SupervisedProcess, superviseProcess } from '../src/supervisor/supervise.ts';

let folder: string;
let crashes: Crash[];
let service: SupervisedProcess | undefined;
beforeEach(async () => {
  folder = await makeScratchFolder();
  crashes = [];
});
afterEach(async () => {
  await service?.stop(0);
  await removeScratchFolder(folder);
});

async function supervised(env: Record<string, string> = {}): Promise<SupervisedProcess> {
  const port = await freePort();
  service = superviseProcess({
    name: 'echo',
    entry: 'packages/dev/test/support/service.ts',
    url: `http://127.0.0.1:${port}`,
    metricsUrl: `http://127.0.0.1:${port}/metrics`,
    env: { PATH: process.env['PATH'] ?? '', PORT: String(port), ...env },
    logFile: path.join(folder, 'echo.log'),
    pidFile: path.join(folder, 'echo.pid'),
    onCrash: (crash) => crashes.push(crash),
  });
  return service;
}

const isUp = async (url: string) => (await fetch(url).catch(() => undefined))?.ok === true;
const crash = (url: string) => fetch(`${url}/crash`).catch(() => undefined);

test('a process that crashes is reported and started again, each time a little later', async () => {
  const echo = await supervised();
  await echo.start();
  await crash(echo.url);
  await expect.poll(() => isUp(echo.url), { timeout: 30_000 }).toBe(true);
  await crash(echo.url);
  await expect.poll(() => crashes.length, { timeout: 30_000 }).toBe(2);
  expect(crashes.map(({ what, restartInMs }) => [what, restartInMs])).toEqual([
    ['echo exited with code 3', 500],
    ['echo exited with code 3', 1_000],
  ]);
  expect(crashes[0]?.lastLines).toEqual(['started with secret none']);
});

test('a process that cannot start fails the start with what it said, and is not started again', async () => {
  const echo = await supervised({ BROKEN: '1' });
  await expect(echo.start()).rejects.toThrow(/echo exited with code 1:[\s\S]*the settings are not usable/);
  expect(crashes).toEqual([]);
  expect(echo.pid()).toBeUndefined();
});

test('a stop lets it drain and is no crash', async () => {
  const echo = await supervised();
  await echo.start();
  const pid = echo.pid() ?? 0;
  await echo.stop();
  expect(isAlive(pid)).toBe(false);
  expect(readFileSync(echo.logFile, 'utf8')).toContain('draining');
  expect(crashes).toEqual([]);
  await echo.start();
  expect(await isUp(echo.url)).toBe(true);
});

test('a process that does not drain in time is ended', async () => {
  const echo = await supervised({ STUBBORN: '1' });
  await echo.start();
  const pid = echo.pid() ?? 0;
  await echo.stop(100);
  expect(isAlive(pid)).toBe(false);
});
