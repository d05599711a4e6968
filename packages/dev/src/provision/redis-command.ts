import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const servers = ['redis-server', 'valkey-server'];

/** A package manager that can bring a Redis; `isQuiet` says whether it would ask nothing now. */
interface Installer {
  command: string;
  steps: string[][];
  isQuiet: () => boolean;
  hint: string;
}

const isRoot = () => process.getuid?.() === 0;

const installers: Installer[] = [
  {
    command: 'apt-get',
    steps: [['update'], ['install', '--yes', '--no-install-recommends', 'redis-server']],
    isQuiet: isRoot,
    hint: 'sudo apt-get install redis-server',
  },
  { command: 'apk', steps: [['add', '--no-cache', 'redis']], isQuiet: isRoot, hint: 'sudo apk add redis' },
  { command: 'dnf', steps: [['install', '-y', 'valkey']], isQuiet: isRoot, hint: 'sudo dnf install valkey' },
  { command: 'brew', steps: [['install', 'redis']], isQuiet: () => !isRoot(), hint: 'brew install redis' },
];

/** The path of a Redis server, installed by the system's package manager when that needs no question. */
export function redisServerCommand(onProgress: (message: string) => void = () => {}): string {
  const present = findOnPath(servers);
  if (present) return present;
  const installer = installers.find(({ command }) => findOnPath([command]));
  if (!installer?.isQuiet()) throw missingRedis(installer);
  onProgress(`No Redis on the PATH: installing one with ${installer.command}`);
  try {
    withoutServiceStart(() => runSteps(installer));
  } catch (cause) {
    throw missingRedis(installer, cause);
  }
  const installed = findOnPath(servers);
  if (!installed) throw missingRedis(installer);
  return installed;
}

function runSteps({ command, steps }: Installer): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of steps) execFileSync(command, args, { env, stdio: 'pipe', timeout: 180_000 });
}

/** Debian starts a service when it installs one, on the standard port; this file is its way to say no. */
function withoutServiceStart(work: () => void): void {
  const policy = '/usr/sbin/policy-rc.d';
  if (!isRoot() || existsSync(policy) || !existsSync(path.dirname(policy))) return work();
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    work();
  } finally {
    rmSync(policy, { force: true });
  }
}

function findOnPath(names: string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter(Boolean);
  return folders.flatMap((folder) => names.map((name) => path.join(folder, name))).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function missingRedis(installer: Installer | undefined, cause?: unknown): Error {
  const command = installer?.hint ?? 'install redis-server or valkey-server';
  return new Error(
    `Redis is needed and neither redis-server nor valkey-server is on the PATH. Type: ${command}\n` +
      'Or give the address of one that runs: REDIS_URL=redis://127.0.0.1:6379 npm start',
    { cause },
  );
}
