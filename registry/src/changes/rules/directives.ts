import { DirectiveLocation, type GraphQLDirective, isRequiredArgument } from 'graphql';
import { type Assessment, breaking, dangerous, onlyText, type Rules, type Schemas, safe } from './rule.ts';

type Arg = { directiveName: string; directiveArgumentName: string };

const executable = new Set<string>([
  DirectiveLocation.QUERY,
  DirectiveLocation.MUTATION,
  DirectiveLocation.SUBSCRIPTION,
  DirectiveLocation.FIELD,
  DirectiveLocation.FRAGMENT_DEFINITION,
  DirectiveLocation.FRAGMENT_SPREAD,
  DirectiveLocation.INLINE_FRAGMENT,
  DirectiveLocation.VARIABLE_DEFINITION,
]);

const argAt = (arg: Arg) => `@${arg.directiveName}(${arg.directiveArgumentName}:)`;
const notForClients = 'The directive cannot be written in an operation.';

/** Directives that clients may write in operations. Those of the schema itself concern no operation. */
export const directiveRules = {
  DIRECTIVE_ADDED: (meta) => safe(`@${meta.addedDirectiveName}`, 'No operation uses it yet.'),
  DIRECTIVE_REMOVED: (meta, { before }) =>
    forClients(before, meta.removedDirectiveName, `@${meta.removedDirectiveName}`, () =>
      breaking(`@${meta.removedDirectiveName}`, 'An operation that uses the directive is refused.', [
        [`@${meta.removedDirectiveName}`],
      ]),
    ),
  DIRECTIVE_DESCRIPTION_CHANGED: (meta) => onlyText(`@${meta.directiveName}`),
  DIRECTIVE_LOCATION_ADDED: (meta) => safe(`@${meta.directiveName}`, 'It may be written in more places.'),
  DIRECTIVE_LOCATION_REMOVED: (meta) =>
    executable.has(meta.removedDirectiveLocation)
      ? breaking(
          `@${meta.directiveName}`,
          `It may no longer be written at ${meta.removedDirectiveLocation}.`,
          [[`@${meta.directiveName}`]],
        )
      : safe(`@${meta.directiveName}`, notForClients),
  DIRECTIVE_REPEATABLE_ADDED: (meta) => safe(`@${meta.directiveName}`, 'It may be written more often.'),
  DIRECTIVE_REPEATABLE_REMOVED: (meta, { before }) =>
    forClients(before, meta.directiveName, `@${meta.directiveName}`, () =>
      breaking(`@${meta.directiveName}`, 'An operation that repeats the directive is refused.', [
        [`@${meta.directiveName}`],
      ]),
    ),
  DIRECTIVE_ARGUMENT_ADDED: (meta, { before }) => {
    const coordinate = `@${meta.directiveName}(${meta.addedDirectiveArgumentName}:)`;
    const isOptional =
      !meta.addedDirectiveArgumentTypeIsNonNull || meta.addedDirectiveDefaultValue !== undefined;
    if (isOptional) return safe(coordinate, 'The argument may be left out.');
    return forClients(before, meta.directiveName, coordinate, () =>
      breaking(coordinate, 'An operation that does not send the required argument is refused.', [
        [`@${meta.directiveName}`],
      ]),
    );
  },
  DIRECTIVE_ARGUMENT_REMOVED: (meta, { before }) => {
    const coordinate = `@${meta.directiveName}(${meta.removedDirectiveArgumentName}:)`;
    return forClients(before, meta.directiveName, coordinate, () =>
      breaking(coordinate, 'An operation that sends the argument is refused.', [[coordinate]]),
    );
  },
  DIRECTIVE_ARGUMENT_DESCRIPTION_CHANGED: (meta) => onlyText(argAt(meta)),
  DIRECTIVE_ARGUMENT_DEFAULT_VALUE_CHANGED: (meta, { before, after }) =>
    forClients(before, meta.directiveName, argAt(meta), () =>
      isRequired(after, meta)
        ? breaking(argAt(meta), 'Without its default the argument must be sent.', [
            [`@${meta.directiveName}`],
          ])
        : dangerous(argAt(meta), 'An operation that leaves the argument out means something else.', [
            [`@${meta.directiveName}`],
          ]),
    ),
  DIRECTIVE_ARGUMENT_TYPE_CHANGED: (meta, { before, after }) => {
    if (meta.isSafeDirectiveArgumentTypeChange)
      return safe(argAt(meta), 'Everything sent before is still accepted.');
    const everyone = isRequired(after, meta) ? [[`@${meta.directiveName}`]] : [];
    return forClients(before, meta.directiveName, argAt(meta), () =>
      breaking(argAt(meta), 'An operation that sends what was accepted before is refused.', [
        [argAt(meta)],
        ...everyone,
      ]),
    );
  },
} satisfies Partial<Rules>;

function forClients(
  schema: Schemas['before'],
  name: string,
  coordinate: string,
  assess: () => Assessment,
): Assessment {
  return isForClients(schema.getDirective(name)) ? assess() : safe(coordinate, notForClients);
}

function isForClients(directive: GraphQLDirective | null | undefined): boolean {
  return directive?.locations.some((location) => executable.has(location)) ?? false;
}

function isRequired(schema: Schemas['after'], arg: Arg): boolean {
  const found = schema
    .getDirective(arg.directiveName)
    ?.args.find(({ name }) => name === arg.directiveArgumentName);
  return found !== undefined && isRequiredArgument(found);
}
