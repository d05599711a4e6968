import { type ServiceDefinition, validateSubgraph } from '@theguild/federation-composition';
import { indexCoordinates } from '../locate/coordinate-index.ts';
import { fixFor } from './fixes.ts';
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
  return validateSubgraph(toService(subgraph)).map((error) => toCompositionError(error, [located]));
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
