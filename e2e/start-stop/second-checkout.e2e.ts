import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeScratchFolder, removeScratchFolder } from '@murmuration/dev';
import { createGraphClient } from '@murmuration/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkout, type NpmStart, npmStart } from './npm-start.ts';

let state: string;
let clone: string;
const runs: NpmStart[] = [];
beforeAll(async () => {
  state = await makeScratchFolder();
  clone = cloneCheckout();
});
afterAll(async () => {
  for (const { npm } of runs) npm.kill('SIGTERM');
  await Promise.all(runs.map(({ ended }) => ended));
  await removeScratchFolder(path.join(clone, '.data'));
  await removeScratchFolder(state);
  rmSync(clone, { recursive: true, force: true });
});

/** What a clone of this state would hold, in a folder that only its owner may enter. */
function cloneCheckout(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'murmuration-clone-'));
  const list = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: checkout });
  for (const file of list.toString().split('\0')) {
    const source = path.join(checkout, file);
    if (file && existsSync(source)) cpSync(source, path.join(folder, file));
  }
  return folder;
}

const handleOf = (url: string) =>
  createGraphClient(`${url}/graphql`).ask('{ user(handle: "alice") { handle } }');

test('a fresh clone below a closed folder serves beside another checkout', async () => {
  expect(statSync(clone).mode & 0o077).toBe(0);
  const args = ['--posts', '100'];
  const here = await npmStart({ args, env: { MURMURATION_STATE: state } });
  runs.push(here);
  const there = await npmStart({ args, cwd: clone });
  runs.push(there);
  await Promise.all([here.said('Murmuration runs'), there.said('Murmuration runs')]);
  expect(there.output()).toContain('Installed');
  expect(await handleOf(here.url)).toEqual({ user: { handle: 'alice' } });
  expect(await handleOf(there.url)).toEqual({ user: { handle: 'alice' } });

  here.npm.kill('SIGTERM');
  await here.ended;
  expect(await handleOf(there.url)).toEqual({ user: { handle: 'alice' } });
});

test('its second start installs nothing and has its data', async () => {
  const [, there] = runs;
  there?.npm.kill('SIGTERM');
  await there?.ended;
  const again = await npmStart({ cwd: clone });
  runs.push(again);
  await again.said('Murmuration runs');
  expect(again.output()).not.toMatch(/Installed|Seeded/);
  expect(await handleOf(again.url)).toEqual({ user: { handle: 'alice' } });
});
