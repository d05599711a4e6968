import { idArray, textArray } from './arrays.ts';
import type { PreparedStatement } from './prepared-reads.ts';

/** The order of reading, by the lists' keys. */
export type Direction = 'ASC' | 'DESC';

/** Pages of many lists as columns: whose list each is of, and its exclusive bounds. */
export interface ListBounds<Key> {
  readonly owners: readonly (bigint | string)[];
  readonly lows: readonly Key[];
  readonly highs: readonly Key[];
  readonly limit: number;
}

/** A list's statement for each order of reading, which no parameter can say. */
export function pageStatements(
  name: string,
  text: (direction: Direction) => string,
): Record<Direction, PreparedStatement> {
  const statement = (direction: Direction) => ({
    name: `${name}-${direction.toLowerCase()}`,
    text: text(direction),
  });
  return { ASC: statement('ASC'), DESC: statement('DESC') };
}

/** `$1` to `$4` of the statement of lists by id: the lists, the bounds of each, and how many of it. */
export function pageValues({ owners, lows, highs, limit }: ListBounds<bigint>): (string | number)[] {
  return [ownerArray(owners), idArray(lows), idArray(highs), limit];
}

/** `$1` to `$6` of the statement of lists by any key: the lists, keys and ids of both bounds of each, and how many of it. */
export function placeValues(request: ListBounds<{ key: bigint; id: bigint }>): (string | number)[] {
  const columns = [request.lows, request.highs].flatMap((places) => [
    idArray(places.map(({ key }) => key)),
    idArray(places.map(({ id }) => id)),
  ]);
  return [ownerArray(request.owners), ...columns, request.limit];
}

function ownerArray(owners: readonly (bigint | string)[]): string {
  const ids = owners.filter((owner) => typeof owner === 'bigint');
  return ids.length === owners.length ? idArray(ids) : textArray(owners.map(String));
}
