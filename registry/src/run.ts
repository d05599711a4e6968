import { CommanderError } from 'commander';
import { createProgram } from './program.ts';
import { exitCodes, isRefusal } from './refusal.ts';

/** Runs one command line and leaves the exit code; nothing escapes. */
export async function run(): Promise<void> {
  try {
    await createProgram().parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : exitCodes.badInput;
    else if (isRefusal(error)) {
      process.stderr.write(`${error.message}\n`);
      process.exitCode = error.exitCode;
    } else {
      // A surprise is not a verdict: it must not look like "failed" to CI.
      console.error(error);
      process.exitCode = exitCodes.couldNotRun;
    }
  }
}
