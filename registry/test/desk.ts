import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The command line as a person calls it. */
export const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url));

export type Ran = { code: number; out: string; err: string };

/** A folder of its own with a repository's files, where commands are typed. */
export type Desk = {
  root: string;
  /** The environment of commands; may be changed. */
  env: Record<string, string | undefined>;
  write(path: string, text: string): void;
  git(...args: string[]): string;
  registry(...args: string[]): Promise<Ran>;
  /** The same with text on standard input. */
  registryReading(input: string, ...args: string[]): Promise<Ran>;
  [Symbol.dispose](): void;
};

const identity = [
  '-c',
  'user.name=alice',
  '-c',
  'user.email=alice@example.test',
  '-c',
  'init.defaultBranch=main',
];

/** Sits down at an empty desk. Git sees no settings but ours. */
export function desk(): Desk {
  const root = mkdtempSync(join(tmpdir(), 'registry-desk-'));
  const env: Desk['env'] = {
    ...process.env,
    CI: '',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CEILING_DIRECTORIES: tmpdir(),
  };
  const registryReading = (input: string, ...args: string[]) =>
    new Promise<Ran>((resolve) => {
      const child = execFile(
        process.execPath,
        [cli, ...args],
        { cwd: root, env, maxBuffer: 50_000_000 },
        (error, out, err) => {
          resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err });
        },
      );
      child.stdin?.end(input);
    });
  return {
    root,
    env,
    write(path, text) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    },
    git: (...args) => execFileSync('git', [...identity, ...args], { cwd: root, env, encoding: 'utf8' }),
    registry: (...args) => registryReading('', ...args),
    registryReading,
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}
