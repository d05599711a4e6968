import { couldNotRun } from '../refusal.ts';

/** The server is a package of its own, so that a command line in CI installs no database client. */
const serverFolder = new URL('../../server/src/', import.meta.url);

/** `registry serve`: the process of the server, with its settings from the environment. */
export async function runServe(): Promise<void> {
  await load('main.ts');
}

export type TokenOptions = { graph: string; name: string; kind: string[]; days?: string };

/** `registry token`: the first token of a graph, made by whoever reaches the database. */
export async function runToken(options: TokenOptions): Promise<number> {
  const { createFirstToken } = await load<{ createFirstToken(options: TokenOptions): Promise<number> }>(
    'first-token.ts',
  );
  return createFirstToken(options);
}

async function load<Module>(file: string): Promise<Module> {
  try {
    return (await import(new URL(file, serverFolder).href)) as Module;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND')
      throw couldNotRun(`The registry's server is not installed here: ${cause.message}`);
    throw cause;
  }
}
