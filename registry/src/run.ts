import { CommanderError } from 'commander';
import { isTooDeep } from './parse-text.ts';
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
    } else if (isTooDeep(error)) {
      // What the parser still reads, printers and comparisons may not: they go down by calling themselves too.
      process.stderr.write('A schema or an operation nests too deeply.\n');
      process.exitCode = exitCodes.badInput;
    } else {
      // A surprise is not a verdict: it must not look like "failed" to CI.
      console.error(error);
      process.exitCode = exitCodes.couldNotRun;
    }
  }
}
