import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

/** Loading a process's code takes a second, or a few where the machine is busy. */
const timeoutMs = 60_000;
const shownLines = 12;

/**
 * Whether a module and all that it imports can be loaded: written in TypeScript that Node can read, and importing only
 * what is there. Nothing of it is run but what stands at the top of its files.
 * @throws Error with what Node says about it
 */
export async function assertLoads(root: string, module: string): Promise<void> {
  const script = `await import(${JSON.stringify(path.join(root, module))}); process.exit(0)`;
  try {
    await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: root,
      timeout: timeoutMs,
    });
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    const lines = (stderr.trim() || message).split('\n').slice(0, shownLines);
    throw new Error(lines.join('\n'), { cause: error });
  }
}
