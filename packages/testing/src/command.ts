import { execFile } from 'node:child_process';

export interface CommandResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Of the environment what a program needs to run, and to run soon: no setting of ours. */
export function bareEnvironment(): NodeJS.ProcessEnv {
  const { NODE_COMPILE_CACHE, PATH } = process.env;
  return { PATH, ...(NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE }) };
}

/** Runs a program of ours as a process of its own, which knows these settings and no other. Resolves however it ends. */
export function runCommand(
  entry: URL,
  args: readonly string[],
  settings: Readonly<Record<string, string>>,
): Promise<CommandResult> {
  const env = { ...bareEnvironment(), ...settings };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [entry.pathname, ...args], { env }, (_error, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}
