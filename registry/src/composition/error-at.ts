import { indexCoordinates, nearestLocation } from '../locate/coordinate-index.ts';
import { fixFor } from './fixes.ts';
import type { ParsedSubgraph } from './parse-subgraph.ts';
import { type CompositionError, fileOf } from './subgraph.ts';

/** An error that a rule of our own finds, at the place of `coordinate` in the subgraph at fault. */
export function errorAt(
  subgraph: ParsedSubgraph,
  coordinate: string,
  code: string,
  message: string,
): CompositionError {
  const file = fileOf(subgraph);
  const place = nearestLocation(indexCoordinates(subgraph.typeDefs, file), coordinate);
  return { code, message, fix: fixFor(code), subgraph: subgraph.name, coordinate, ...(place ?? { file }) };
}
