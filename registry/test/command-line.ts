import { fileURLToPath } from 'node:url';

/** The command line as a person calls it. */
export const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url));

export type Ran = { code: number; out: string; err: string };

/** What the process of resident.ts is asked to run, and what it answers. */
export interface CommandLine {
  id: number;
  args: string[];
  cwd: string;
  env: Record<string, string>;
}
export type Answer = Ran & { id: number };
