import { type ConstDirectiveNode, type FieldDefinitionNode, Kind, parse } from 'graphql';
import type { Generation } from '../planning/types.ts';

/** How a subscription continues where it was cut: DESIGN's first generic contract. */
export interface Resumable {
  /** The argument that takes the last cursor. */
  after: string;
  /** The field of every event that carries its cursor. */
  cursor: string;
}

/** What a supergraph's composed directives say of subscriptions and their events. */
export interface LiveContracts {
  /** By the name of the subscription field. */
  readonly resumables: ReadonlyMap<string, Resumable>;
  /** Coordinates (`Type.field`) of what is the same for everybody whom an event's audience token speaks for. */
  readonly sameForAudience: ReadonlySet<string>;
}

const known = new WeakMap<Generation, LiveContracts>();

/** Those of a supergraph, read once. */
export function contractsIn(generation: Generation): LiveContracts {
  const before = known.get(generation);
  if (before) return before;
  const found = contractsOf(generation.supergraphSdl);
  known.set(generation, found);
  return found;
}

/**
 * Reads `@resumable(after:, cursor:)` off the subscription fields of a supergraph, and `@sameForAudience` off all. The API
 * schema cannot be asked: it drops composed directives.
 */
export function contractsOf(supergraphSdl: string): LiveContracts {
  const { definitions } = parse(supergraphSdl, { noLocation: true });
  const schema = definitions.find((definition) => definition.kind === Kind.SCHEMA_DEFINITION);
  const root = schema?.operationTypes.find(({ operation }) => operation === 'subscription')?.type.name.value;
  const resumables = new Map<string, Resumable>();
  const sameForAudience = new Set<string>();
  for (const definition of definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
    const type = definition.name.value;
    for (const field of definition.fields ?? []) {
      if (directiveOf(field, 'sameForAudience')) sameForAudience.add(`${type}.${field.name.value}`);
      const resumable = type === (root ?? 'Subscription') && resumableOf(field);
      if (resumable) resumables.set(field.name.value, resumable);
    }
  }
  return { resumables, sameForAudience };
}

function resumableOf(field: FieldDefinitionNode): Resumable | undefined {
  const directive = directiveOf(field, 'resumable');
  const after = directive && textOf(directive, 'after');
  const cursor = directive && textOf(directive, 'cursor');
  return after && cursor ? { after, cursor } : undefined;
}

function directiveOf({ directives }: FieldDefinitionNode, name: string): ConstDirectiveNode | undefined {
  return directives?.find((directive) => directive.name.value === name);
}

function textOf(directive: ConstDirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}
