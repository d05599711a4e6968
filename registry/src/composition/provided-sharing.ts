import { errorAt } from './error-at.ts';
import type { ParsedSubgraph } from './parse-subgraph.ts';
import type { CompositionError } from './subgraph.ts';
import {
  directivesOf,
  namedType,
  readTypes,
  selectedFields,
  type SubgraphTypes,
  textOf,
} from './subgraph-types.ts';

type Read = { subgraph: ParsedSubgraph; types: SubgraphTypes; provided: Set<string>; keys: Set<string> };

/**
 * A field that one subgraph `@provides` on some path is resolved by two subgraphs, so the other must declare it
 * `@shareable`. `@apollo/composition` refuses it otherwise; the library that we compose with does not look at
 * provided fields that are `@external`.
 */
export function providedWithoutSharing(parsed: readonly ParsedSubgraph[]): CompositionError[] {
  const providers = parsed.filter(({ sdl }) => sdl.includes('provides'));
  if (providers.length === 0) return [];
  const all = parsed.map(read);
  const provided = new Map(
    all.flatMap((one) => [...one.provided].map((coordinate) => [coordinate, one.subgraph.name] as const)),
  );
  return all.flatMap((one) =>
    [...provided].flatMap(([coordinate, provider]) => {
      if (!resolvesAlone(one, coordinate) || isTakenOver(all, one, coordinate)) return [];
      const message = `Non-shareable field "${coordinate}" of subgraph "${one.subgraph.name}" is also provided by subgraph "${provider}".`;
      return errorAt(one.subgraph, coordinate, 'INVALID_FIELD_SHARING', message);
    }),
  );
}

function read(subgraph: ParsedSubgraph): Read {
  const types = readTypes(subgraph.typeDefs);
  const keys = [...types].flatMap(([name, type]) =>
    directivesOf(type.directives, 'key').flatMap((key) =>
      selectedFields(types, name, textOf(key, 'fields') ?? ''),
    ),
  );
  const provided = [...types.values()].flatMap(({ fields }) =>
    [...fields.values()].flatMap(({ node }) =>
      directivesOf(node.directives, 'provides').flatMap((one) =>
        selectedFields(types, namedType(node.type), textOf(one, 'fields') ?? ''),
      ),
    ),
  );
  const read = { subgraph, types, keys: new Set(keys), provided: new Set<string>() };
  // A provided field that is not external is an ordinary one, which the library judges.
  return { ...read, provided: new Set(provided.filter((coordinate) => isExternal(read, coordinate))) };
}

/** Whether the subgraph resolves the field and says nothing of others who do. Federation 1 shares everything. */
function resolvesAlone(one: Read, coordinate: string): boolean {
  if (!one.subgraph.sdl.includes('specs.apollo.dev/federation/v2')) return false;
  const [typeName = '', fieldName = ''] = coordinate.split('.');
  const type = one.types.get(typeName);
  const field = type?.fields.get(fieldName);
  if (!field || type?.isInterface || isExternal(one, coordinate) || one.keys.has(coordinate)) return false;
  return directivesOf([...field.typeDirectives, ...(field.node.directives ?? [])], 'shareable').length === 0;
}

function isExternal(one: Pick<Read, 'types'>, coordinate: string): boolean {
  const [typeName = '', fieldName = ''] = coordinate.split('.');
  const type = one.types.get(typeName);
  const own = type?.fields.get(fieldName)?.node.directives;
  return directivesOf([...(type?.directives ?? []), ...(own ?? [])], 'external').length > 0;
}

function isTakenOver(all: readonly Read[], from: Read, coordinate: string): boolean {
  const [typeName = '', fieldName = ''] = coordinate.split('.');
  return all.some(({ types }) => {
    const directives = types.get(typeName)?.fields.get(fieldName)?.node.directives;
    return directivesOf(directives, 'override').some((one) => textOf(one, 'from') === from.subgraph.name);
  });
}
