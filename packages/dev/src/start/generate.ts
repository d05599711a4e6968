import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from '../repository.ts';

/** Generates clients and resolver types; turbo does only what its cache does not hold. */
export async function generate(): Promise<void> {
  const binaries = path.join(repositoryRoot, 'node_modules/.bin');
  const env = {
    ...process.env,
    // turbo looks for pnpm, and the tasks for our Node, on the PATH.
    PATH: `${binaries}${path.delimiter}${process.env['PATH'] ?? ''}`,
    TURBO_TELEMETRY_DISABLED: '1',
  };
  const args = ['run', 'generate', '--output-logs=errors-only', '--ui=stream'];
  try {
    await promisify(execFile)(path.join(binaries, 'turbo'), args, { cwd: repositoryRoot, env });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`Generating failed:\n${stdout}${stderr}`, { cause: error });
  }
}
