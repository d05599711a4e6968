import type { Page } from '@murmuration/ids';
import { idArray, type PreparedStatement } from '@murmuration/postgres';
import DataLoader from 'dataloader';

/** One list's page: whose list, which part of it, and what of it (see the reader). */
export interface PageKey {
  owner: bigint;
  page: Page;
  rule: number;
}

/** The order of reading, by the lists' keys. */
export type Direction = 'ASC' | 'DESC';

/** Pages of many lists as columns, for one statement with a LATERAL join. */
export interface PageRequest {
  owners: bigint[];
  rules: number[];
  /** Exclusive bounds of the sort keys. */
  lows: bigint[];
  highs: bigint[];
  direction: Direction;
  limit: number;
}

/** `$1` to `$4` of a list's statement: the lists, the bounds of each, and how many of it. */
export function pageValues({ owners, lows, highs, limit }: PageRequest): (string | number)[] {
  return [idArray(owners), idArray(lows), idArray(highs), limit];
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

/** What a row of a list has: its place in it, and the index of the page it belongs to, counted from 1. */
export interface PagedRow {
  /** What the list is in the order of: the id of a post, or of what somebody did with it. */
  key: bigint;
  ordinal: bigint;
}

const highest = (1n << 63n) - 1n;

/**
 * A loader of pages: all that are asked for at once and have one size and direction are one statement.
 * @param order whether the lists begin with the newest or the oldest
 */
export function createPageLoader<Row extends PagedRow>(
  order: 'newest' | 'oldest',
  read: (request: PageRequest) => Promise<Row[]>,
): DataLoader<PageKey, Row[]> {
  async function readGroup(keys: readonly PageKey[], page: Page): Promise<Row[][]> {
    const isAscending = (order === 'oldest') === (page.direction === 'forward');
    const bounds = keys.map((key) => boundsOf(key.page, order));
    const rows = await read({
      owners: keys.map((key) => key.owner),
      rules: keys.map((key) => key.rule),
      lows: bounds.map(({ low }) => low),
      highs: bounds.map(({ high }) => high),
      direction: isAscending ? 'ASC' : 'DESC',
      limit: page.limit,
    });
    const pages: Row[][] = keys.map(() => []);
    for (const row of rows) pages[Number(row.ordinal) - 1]?.push(row);
    return pages;
  }

  return new DataLoader(
    async (keys) => {
      const groups = Map.groupBy(keys, ({ page }) => `${page.direction} ${page.limit}`);
      const read = await Promise.all(
        [...groups.values()].map(async (group) => {
          const pages = await readGroup(group, (group[0] as PageKey).page);
          return group.map((key, index) => [key, pages[index] ?? []] as const);
        }),
      );
      const found = new Map(read.flat());
      return keys.map((key) => found.get(key) ?? []);
    },
    { cache: false },
  );
}

function boundsOf(page: Page, order: 'newest' | 'oldest'): { low: bigint; high: bigint } {
  const [low, high] = order === 'oldest' ? [page.after, page.before] : [page.before, page.after];
  return { low: low ?? -1n, high: high ?? highest };
}
