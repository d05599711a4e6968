import { type ConstDirectiveNode, Kind, parse } from 'graphql';

/** How a subscription continues where it was cut: DESIGN's first generic contract. */
export interface Resumable {
  /** The argument that takes the last cursor. */
  after: string;
  /** The field of every event that carries its cursor. */
  cursor: string;
}

/**
 * Reads `@resumable(after:, cursor:)` off the subscription fields of a supergraph. The API schema cannot be
 * asked: it drops composed directives.
 */
export function resumablesOf(supergraphSdl: string): ReadonlyMap<string, Resumable> {
  const { definitions } = parse(supergraphSdl, { noLocation: true });
  const schema = definitions.find((definition) => definition.kind === Kind.SCHEMA_DEFINITION);
  const root = schema?.operationTypes.find(({ operation }) => operation === 'subscription')?.type.name.value;
  const found = new Map<string, Resumable>();
  for (const definition of definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
    if (definition.name.value !== (root ?? 'Subscription')) continue;
    for (const field of definition.fields ?? []) {
      const directive = field.directives?.find(({ name }) => name.value === 'resumable');
      const after = directive && textOf(directive, 'after');
      const cursor = directive && textOf(directive, 'cursor');
      if (after && cursor) found.set(field.name.value, { after, cursor });
    }
  }
  return found;
}

function textOf(directive: ConstDirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}
