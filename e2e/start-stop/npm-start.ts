import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@murmuration/dev';

export const checkout = path.resolve(import.meta.dirname, '../..');

export interface NpmStart {
  npm: ChildProcess;
  url: string;
  port: number;
  output: () => string;
  /** Resolves once the output holds this text. Rejects when npm ends first. */
  said: (text: string) => Promise<void>;
  /** The exit code of npm, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals | null>;
}

export interface NpmStartOptions {
  cwd?: string;
  port?: number;
  env?: Record<string, string>;
  args?: string[];
}

/** Types `npm start` as a person would, in a terminal of its own. */
export async function npmStart(options: NpmStartOptions = {}): Promise<NpmStart> {
  const port = options.port ?? (await freePort());
  const npm = spawn('npm', ['start', '--', ...(options.args ?? [])], {
    cwd: options.cwd ?? checkout,
    env: { ...personsEnvironment(), PORT: String(port), ...options.env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  npm.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  npm.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  let isOver = false;
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    npm.once('close', (code, signal) => {
      isOver = true;
      resolve(signal ?? code);
    });
  });
  const said = async (text: string) => {
    while (!output.includes(text)) {
      if (isOver) throw new Error(`npm start ended (${await ended}) without saying "${text}":\n${output}`);
      await sleep(25);
    }
  };
  return { npm, port, url: `http://127.0.0.1:${port}`, output: () => output, said, ended };
}

/** Without what the test run added: its Node on the PATH, npm's and Vitest's variables. */
function personsEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name, value]) =>
      value !== undefined && !/^(npm_|VITEST|NODE_|TEST|INIT_CWD|.*DATABASE_URL|REDIS_URL)/.test(name),
  );
  const folders = (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .filter((folder) => !folder.includes('node_modules'));
  return { ...(Object.fromEntries(kept) as Record<string, string>), PATH: folders.join(path.delimiter) };
}

/** The process ids a state folder knows, by name. */
export function pidsIn(stateFolder: string): Record<string, number> {
  const files = readdirSync(stateFolder).filter((name) => name.endsWith('.pid') && name !== 'owner.pid');
  return Object.fromEntries(
    files.map((name) => {
      const record = JSON.parse(readFileSync(path.join(stateFolder, name), 'utf8')) as { pid: number };
      return [name.replace('.pid', ''), record.pid];
    }),
  );
}
