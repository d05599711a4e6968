import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root, runtime } from './root.mjs';

const stamp = path.join(root, 'node_modules', '.installed');

/** True when node_modules was installed from exactly these manifests and this lockfile. */
export function isInstalled() {
  return existsSync(runtime) && existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint();
}

/** Installs with the pinned pnpm; `npx` brings it where only npm is. Ends the process when that fails. */
export async function install() {
  const { packageManager } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  console.error(`  Installing with ${packageManager} (the first time takes about a minute)`);
  const startedAt = Date.now();
  const output = [];
  // A group of its own, because npx and its shell do not pass signals on to pnpm.
  const child = spawn('npx', ['--yes', packageManager, 'install'], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' },
  });
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => output.push(chunk));
  const stop = (signal) => {
    process.kill(-child.pid, signal);
    process.exit(1);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.once(signal, stop);
  const failure = await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code) => resolve(code === 0 ? undefined : `exit code ${code}`));
  });
  for (const signal of signals) process.off(signal, stop);
  if (failure !== undefined) {
    console.error(`${Buffer.concat(output)}\nThe install failed: ${failure}`);
    process.exit(1);
  }
  writeFileSync(stamp, fingerprint());
  console.error(`  ✓ Installed (${((Date.now() - startedAt) / 1_000).toFixed(1)} s)`);
}

function fingerprint() {
  const hash = createHash('sha256').update(process.platform + process.arch);
  for (const file of manifests()) hash.update(file).update(readFileSync(path.join(root, file)));
  return hash.digest('hex');
}

/** The lockfile, the workspace file and every package.json of the workspace. */
function manifests() {
  const folders = [
    '.',
    'gateway',
    'prisma',
    'registry',
    'registry/server',
    'e2e',
    'bench',
    ...below('packages'),
    ...below('subgraphs'),
  ];
  const files = folders.map((folder) => path.join(folder, 'package.json'));
  return ['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...files].filter((file) =>
    existsSync(path.join(root, file)),
  );
}

function below(folder) {
  return readdirSync(path.join(root, folder)).map((name) => path.join(folder, name));
}
