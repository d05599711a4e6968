import { spawn } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { repositoryRoot } from '../../src/repository.ts';

/** What no command of a checkout reads. */
const leftOut = new Set(['.git', '.data', '.turbo', '.cache', 'docs', 'bench', 'e2e']);

/** A copy of this checkout to be changed. What is installed is linked to: nothing of it may be. */
export function copyCheckout() {
  const root = mkdtempSync(path.join(tmpdir(), 'checkout-'));
  const installed: string[] = [];
  cpSync(repositoryRoot, root, {
    recursive: true,
    verbatimSymlinks: true,
    filter(file) {
      const name = path.basename(file);
      if (name === 'node_modules') installed.push(path.relative(repositoryRoot, path.dirname(file)));
      return name !== 'node_modules' && !leftOut.has(name);
    },
  });
  for (const folder of installed) linkModules(folder, root);
  return {
    root,
    /** What `pnpm install` would do for a new package whose dependencies another one beside it has. */
    install(folder: string, like: string) {
      const { dependencies, devDependencies } = JSON.parse(
        readFileSync(path.join(root, folder, 'package.json'), 'utf8'),
      ) as Record<'dependencies' | 'devDependencies', Record<string, string>>;
      for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
        const link = path.join(root, folder, 'node_modules', name);
        mkdirSync(path.dirname(link), { recursive: true });
        symlinkSync(readlinkSync(path.join(root, like, 'node_modules', name)), link);
      }
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** Links lead into the copy, for they are relative; what pnpm keeps of others is the original's. */
function linkModules(folder: string, root: string): void {
  const from = path.join(repositoryRoot, folder, 'node_modules');
  const to = path.join(root, folder, 'node_modules');
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else if (entry.name.startsWith('@')) cpSync(source, target, { recursive: true, verbatimSymlinks: true });
    else if (entry.name === '.bin' || entry.name === '.pnpm') symlinkSync(source, target);
  }
}

/** Runs a command of a checkout to its end. */
export function run(
  root: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number | null; output: string }> {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST'));
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...Object.fromEntries(own), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}
