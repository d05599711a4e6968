import { mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { couldNotRun } from '../refusal.ts';

/** Writes an output file, with its folders. */
export function writeOutput(file: string, text: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  } catch (cause) {
    throw couldNotRun(`${file} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

/** One line that may be read by a person; results go to standard output alone. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Who publishes, when nobody says: the CI's actor or the person logged in. */
export function whoami(): string {
  return process.env['GITHUB_ACTOR'] || process.env['GITLAB_USER_LOGIN'] || userInfo().username;
}
