import { GraphQLError } from 'graphql';

/** Where a value stands in a query's arguments, from the outside in: `['ids', 3]`. */
export type ArgumentPath = readonly [string, ...(string | number)[]];

/**
 * The error of a query whose arguments make no sense: a malformed cursor, an id of another type, a page
 * size out of range. Its code is `BAD_USER_INPUT`; `argumentPath` names what was wrong from the outside in, and `argument`
 * says the same as one text, `ids[3]`.
 * @param argument its name, or its path where it is an item of a list
 */
export function badUserInput(argument: string | ArgumentPath, message: string): GraphQLError {
  const path: ArgumentPath = typeof argument === 'string' ? [argument] : argument;
  return new GraphQLError(message, {
    extensions: { code: 'BAD_USER_INPUT', argument: argumentName(path), argumentPath: path },
  });
}

/** A path of arguments as people write it: `ids[3]`. */
export function argumentName(argument: string | ArgumentPath): string {
  if (typeof argument === 'string') return argument;
  const [name, ...rest] = argument;
  return rest.reduce<string>(
    (text, step) => text + (typeof step === 'number' ? `[${step}]` : `.${step}`),
    name,
  );
}
