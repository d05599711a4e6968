import type { GraphQLError } from 'graphql';
import { type CoordinateIndex, locationOf, nearestLocation } from '../locate/coordinate-index.ts';
import { fixFor } from './fixes.ts';
import { type CompositionError, fileOf, type Subgraph } from './subgraph.ts';

/** A subgraph and where each of its coordinates stands. */
export type LocatedSubgraph = Subgraph & { index: CoordinateIndex };

/**
 * Turns an error of the composition library into ours. The library gives a node for some errors
 * only; for the others the place is that of the first coordinate which the message quotes.
 */
export function toCompositionError(
  error: GraphQLError,
  subgraphs: readonly LocatedSubgraph[],
): CompositionError {
  const code =
    typeof error.extensions['code'] === 'string' ? error.extensions['code'] : codeFor(error.message);
  const prefix = /^\[([^\]]+)\] /.exec(error.message)?.[1];
  const message = prefix ? error.message.slice(prefix.length + 3) : error.message;
  const named = subgraphName(error, prefix) ?? blamedSubgraph(message, subgraphs);
  const coordinate = quotedCoordinates(message).find((quoted) =>
    subgraphs.some(({ index }) => index.has(quoted)),
  );
  const place = placeOf(error, coordinate, named, subgraphs);
  return {
    code,
    message,
    fix: fixFor(code),
    ...(coordinate === undefined ? {} : { coordinate }),
    ...(named === undefined ? {} : { subgraph: named }),
    ...place,
  };
}

/** The library gives some errors no code, those about composed directives and those of the SDL. */
function codeFor(message: string): string {
  return /@\w|directive/i.test(message) ? 'DIRECTIVE_COMPOSITION_ERROR' : 'INVALID_GRAPHQL';
}

function subgraphName(error: GraphQLError, prefix: string | undefined): string | undefined {
  const named = error.extensions['subgraphName'];
  return typeof named === 'string' ? named : prefix;
}

/** The last subgraph that a message about several quotes is, in the library's wording, the one at fault. */
function blamedSubgraph(message: string, subgraphs: readonly LocatedSubgraph[]): string | undefined {
  return subgraphs
    .map(({ name }) => ({ name, at: message.lastIndexOf(`"${name}"`) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => b.at - a.at)[0]?.name;
}

/** Names in double quotes that look like a schema coordinate, in the order of the message. */
export function quotedCoordinates(message: string): string[] {
  return [...message.matchAll(/"(@?[A-Za-z_][\w.]*(?:\([\w]+:\))?)"/g)].flatMap((match) => match[1] ?? []);
}

type Place = { subgraph?: string; file?: string; line?: number; column?: number };

function placeOf(
  error: GraphQLError,
  coordinate: string | undefined,
  named: string | undefined,
  subgraphs: readonly LocatedSubgraph[],
): Place {
  const owner = subgraphs.find(({ name }) => name === named);
  const loc = error.nodes?.[0]?.loc;
  if (owner && loc) return locationOf(loc, fileOf(owner));
  // A field that one subgraph cannot reach stands in another: only that one has a place for it.
  const exact = subgraphs.find(({ index }) => coordinate !== undefined && index.has(coordinate));
  const isOwners = coordinate === undefined || owner?.index.has(coordinate);
  const candidates = owner && isOwners ? [owner] : exact ? [exact] : subgraphs;
  for (const candidate of candidates) {
    const at = coordinate && nearestLocation(candidate.index, coordinate);
    if (at) return { subgraph: candidate.name, ...at };
  }
  return owner ? { file: fileOf(owner), line: 1, column: 1 } : {};
}
