import { type ChildProcess, execFile, execFileSync, fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Answer, cli, type CommandLine, type Ran } from './command-line.ts';

/** A folder of its own with a repository's files, where commands are typed. */
export type Desk = {
  root: string;
  /** The environment of commands; may be changed. */
  env: Record<string, string | undefined>;
  write(path: string, text: string): void;
  git(...args: string[]): string;
  /** In a process that stays: see resident.ts. */
  registry(...args: string[]): Promise<Ran>;
  /** The same with text on standard input, in a process of its own. */
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
    registry: (...args) => resident().run(args, root, env),
    registryReading,
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

interface Resident {
  run(args: string[], cwd: string, env: Desk['env']): Promise<Ran>;
}

let living: Resident | undefined;

function resident(): Resident {
  living ??= startResident();
  return living;
}

/** Ends with this process. */
function startResident(): Resident {
  const waiting = new Map<number, PromiseWithResolvers<Ran>>();
  const child: ChildProcess = fork(new URL('./resident.ts', import.meta.url), [], { execArgv: [] });
  child.unref();
  child.channel?.unref();
  child.on('message', ({ id, ...ran }: Answer) => {
    waiting.get(id)?.resolve(ran);
    waiting.delete(id);
  });
  child.on('exit', (code, signal) => {
    living = undefined;
    const error = new Error(`The process that runs command lines ended with ${signal ?? code}.`);
    for (const { reject } of waiting.values()) reject(error);
  });
  let last = 0;
  return {
    run(args, cwd, env) {
      const id = ++last;
      const answered = Promise.withResolvers<Ran>();
      waiting.set(id, answered);
      const given = Object.entries(env).filter((each): each is [string, string] => each[1] !== undefined);
      child.send({ id, args, cwd, env: Object.fromEntries(given) } satisfies CommandLine);
      return answered.promise;
    },
  };
}
