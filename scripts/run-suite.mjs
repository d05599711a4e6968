import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from './root.mjs';

const binaries = path.join(root, 'node_modules', '.bin');

/** The environment of every suite: our Node and tools first on the PATH, nobody phoned. */
export const environment = {
  ...process.env,
  PATH: `${binaries}${path.delimiter}${process.env.PATH ?? ''}`,
  APOLLO_TELEMETRY_DISABLED: '1',
  TURBO_TELEMETRY_DISABLED: '1',
};

/** Runs one suite to its end. */
export async function runSuite(suite) {
  const startedAt = Date.now();
  console.log(`\n── ${suite.name} ──`);
  const { passed, failed } = suite.vitest ? await runVitest(suite.vitest) : await runCommand(suite);
  return { name: suite.name, passed, failed, seconds: (Date.now() - startedAt) / 1_000 };
}

async function runCommand({ command }) {
  const code = await run(command);
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 };
}

async function runVitest(project) {
  const folder = mkdtempSync(path.join(tmpdir(), 'murmuration-report-'));
  const report = path.join(folder, 'report.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const code = await run(['vitest', 'run', '--project', project, ...reporters]);
    const { numPassedTests: passed = 0, numFailedTests = 0 } = readReport(report);
    // A file that cannot be loaded or a set-up that breaks fails the run without failing a test.
    return { passed, failed: code === 0 ? 0 : Math.max(numFailedTests, 1) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}

/** Runs a command of node_modules/.bin and resolves to its exit code. */
export function run([name, ...args]) {
  const child = spawn(path.join(binaries, name), args, {
    cwd: root,
    stdio: 'inherit',
    env: environment,
  });
  return new Promise((resolve) => {
    const stop = (signal) => {
      // Vitest tears its servers down on SIGINT only.
      child.kill('SIGINT');
      child.once('close', () => process.exit(signal === 'SIGINT' ? 130 : 143));
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, stop);
    const finish = (code) => {
      for (const signal of signals) process.off(signal, stop);
      resolve(code);
    };
    child.once('error', (error) => {
      console.error(String(error));
      finish(1);
    });
    child.once('close', (code) => finish(code ?? 1));
  });
}
