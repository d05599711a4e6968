import type { ParsedSubgraph } from '../composition/parse-subgraph.ts';
import { fileOf } from '../composition/subgraph.ts';
import { type CoordinateIndex, indexCoordinates, nearestLocation } from '../locate/coordinate-index.ts';
import type { Change } from './change.ts';

type Indexed = { name: string; sdl: string; index: CoordinateIndex };

/**
 * Gives every change a place in the candidate's SDL: where the coordinate stands, preferably in a
 * subgraph that changed; for something removed, what stood around it in the subgraph that had it.
 */
export function placeChanges(
  changes: readonly Change[],
  before: readonly ParsedSubgraph[],
  after: readonly ParsedSubgraph[],
): Change[] {
  if (changes.length === 0) return [];
  const old = before.map(toIndexed);
  const now = after.map(toIndexed).sort((a, b) => Number(differs(b, old)) - Number(differs(a, old)));
  return changes.map((change) => ({ ...change, ...placeOf(change.coordinate, old, now) }));
}

function placeOf(coordinate: string, old: readonly Indexed[], now: readonly Indexed[]) {
  const exact = now.find(({ index }) => index.has(coordinate));
  const losers = old.filter(({ index }) => index.has(coordinate)).map(({ name }) => name);
  const owner = exact ?? now.find(({ name }) => losers.includes(name));
  // Its whole subgraph is gone, so there is no file to point into.
  if (owner === undefined) return losers[0] === undefined ? {} : { subgraph: losers[0] };
  const location = nearestLocation(owner.index, coordinate) ?? firstLine(owner);
  return { subgraph: owner.name, location };
}

/** A whole type that went leaves no neighbour: its file's first line stands for it. */
function firstLine(owner: Indexed) {
  const file = [...owner.index.values()][0]?.file ?? owner.name;
  return { file, line: 1, column: 1 };
}

function toIndexed(subgraph: ParsedSubgraph): Indexed {
  const index = indexCoordinates(subgraph.typeDefs, fileOf(subgraph));
  return { name: subgraph.name, sdl: subgraph.sdl, index };
}

function differs(one: Indexed, others: readonly Indexed[]): boolean {
  return others.find(({ name }) => name === one.name)?.sdl !== one.sdl;
}
