import { z } from 'zod';

/** Every problem of a process's settings in one message, so that they are mended in one go. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'CONFIG_INVALID';
}

/**
 * Reads a process's settings from the environment: parsed, typed, frozen. An empty value counts as missing.
 * Values are never part of the message, for some are secrets.
 * @throws ConfigError naming every setting that is missing or malformed
 */
export function readConfig<Shape extends z.ZodRawShape>(
  shape: Shape,
  environment: NodeJS.ProcessEnv = process.env,
): Readonly<z.infer<z.ZodObject<Shape>>> {
  const given = Object.fromEntries(
    Object.keys(shape).flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])),
  );
  const result = z.object(shape).safeParse(given);
  if (result.success) return Object.freeze(result.data);
  const problems = result.error.issues.map((issue) => {
    const name = issue.path.map(String).join('.');
    return `  ${name}: ${given[name] === undefined ? 'is required' : issue.message}`;
  });
  throw new ConfigError(`The settings of this process are not usable:\n${problems.join('\n')}`);
}
