import { type ServiceDefinition, validateSubgraph } from '@theguild/federation-composition';
import { indexCoordinates } from '../locate/coordinate-index.ts';
import { fixFor } from './fixes.ts';
import { badLinks } from './link-identifiers.ts';
import type { ParsedSubgraph } from './parse-subgraph.ts';
import { type CompositionError, fileOf, type Subgraph } from './subgraph.ts';
import { toCompositionError } from './to-error.ts';

/** The shape that the composition library takes. */
export function toService(subgraph: ParsedSubgraph): ServiceDefinition {
  return { name: subgraph.name, typeDefs: subgraph.typeDefs, ...(subgraph.url ? { url: subgraph.url } : {}) };
}

/** What is wrong with one subgraph, whatever the others say. */
export function ownErrors(subgraph: ParsedSubgraph): CompositionError[] {
  const located = { ...subgraph, index: indexCoordinates(subgraph.typeDefs, fileOf(subgraph)) };
  try {
    const found = validateSubgraph(toService(subgraph)).map((error) => toCompositionError(error, [located]));
    return [...badLinks(subgraph), ...found];
  } catch (cause) {
    return [thrownError(cause, subgraph)];
  }
}

/** Two subgraphs of one name would silently be one. */
export function duplicates(subgraphs: readonly Subgraph[]): CompositionError[] {
  const names = subgraphs.map(({ name }) => name);
  return subgraphs
    .filter(({ name }, position) => names.indexOf(name) !== position)
    .map((subgraph) => ({
      code: 'INVALID_SUBGRAPH_NAME',
      message: `Two subgraphs are named "${subgraph.name}".`,
      fix: fixFor('INVALID_SUBGRAPH_NAME'),
      subgraph: subgraph.name,
      file: fileOf(subgraph),
    }));
}

/** The library throws on SDL that is broken in ways it does not expect; that is an error of the SDL too. */
export function thrownError(cause: unknown, subgraph?: Subgraph): CompositionError {
  const place = subgraph ? { subgraph: subgraph.name, file: fileOf(subgraph), line: 1, column: 1 } : {};
  const message = cause instanceof Error ? cause.message : String(cause);
  return { code: 'INVALID_GRAPHQL', message, fix: fixFor('INVALID_GRAPHQL'), ...place };
}
