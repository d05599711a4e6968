import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { badInput } from '../refusal.ts';
import { type Config, configSchema } from './schema.ts';

/** The name that is looked for, from the working directory upwards. */
export const configFileName = 'registry.config.json';

/** A configuration, its file, and the folder that its paths are relative to. */
export type LoadedConfig = { config: Config; root: string; file: string };

/** Finds and reads the configuration; all that is wrong with it is reported in one message. */
export function loadConfig(from: string, explicit?: string): LoadedConfig {
  const file = explicit ? resolve(from, explicit) : findUpwards(resolve(from));
  if (file === undefined || !existsSync(file))
    throw badInput(
      explicit
        ? `There is no configuration at ${explicit}.`
        : `There is no ${configFileName} here or in any folder above. Write one: { "subgraphs": "subgraphs/*/schema.graphql" }`,
    );
  return { config: parseConfig(readFileSync(file, 'utf8'), file), root: dirname(file), file };
}

/** Parses the text of a configuration file. */
export function parseConfig(text: string, file: string): Config {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw badInput(`${file} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  const parsed = configSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    (issue) => `  ${issue.path.map(String).join('.') || '(top level)'}: ${issue.message}`,
  );
  throw badInput([`${file} has ${problems.length} problem(s):`, ...problems].join('\n'));
}

function findUpwards(folder: string): string | undefined {
  const file = join(folder, configFileName);
  if (existsSync(file)) return file;
  const above = dirname(folder);
  return above === folder ? undefined : findUpwards(above);
}
