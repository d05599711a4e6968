import { byId, type KeyFormat, type Page } from '@murmuration/ids';
import DataLoader from 'dataloader';
import { inSpan } from '../observe/tracing/tracing.ts';

/** One list's page: whose list, which part of it, and what of it (see the list's reader). */
export interface PageKey<Owner = bigint, Key = bigint> {
  owner: Owner;
  page: Page<Key>;
  rule: number;
}

/** Pages of many lists as columns, for one statement with a LATERAL join. */
export interface PageRequest<Owner = bigint, Key = bigint> {
  owners: Owner[];
  rules: number[];
  /** Exclusive bounds of the sort keys. */
  lows: Key[];
  highs: Key[];
  /** The order of reading, by the lists' keys. */
  direction: 'ASC' | 'DESC';
  limit: number;
}

/** What a row of a list has: its place in it, and the index of the page it belongs to, counted from 1. */
export interface PagedRow<Key = bigint> {
  /** What the list is in the order of: the id of a post, or of what somebody did with it. */
  key: Key;
  ordinal: bigint;
}

/**
 * A loader of pages: all that are asked for at once and have one size and direction are one statement. It remembers
 * nothing: a page is asked for once.
 * @param order whether the lists begin with the highest key or the lowest; of ids these are the newest and the oldest
 * @param format of the lists' keys; ids when left out
 */
export function createPageLoader<Row extends PagedRow, Owner = bigint>(
  order: 'newest' | 'oldest',
  read: (request: PageRequest<Owner>) => Promise<Row[]>,
): DataLoader<PageKey<Owner>, Row[]>;
export function createPageLoader<Key, Row extends PagedRow<Key>, Owner = bigint>(
  order: 'newest' | 'oldest',
  read: (request: PageRequest<Owner, Key>) => Promise<Row[]>,
  format: KeyFormat<Key>,
): DataLoader<PageKey<Owner, Key>, Row[]>;
export function createPageLoader<Row extends PagedRow<unknown>, Owner>(
  order: 'newest' | 'oldest',
  read: (request: PageRequest<Owner, never>) => Promise<Row[]>,
  format: KeyFormat<unknown> = byId as KeyFormat<unknown>,
): DataLoader<PageKey<Owner, never>, Row[]> {
  type Key = PageKey<Owner, never>;

  async function readGroup(keys: readonly Key[], { direction, limit }: Page<never>): Promise<Row[][]> {
    const isAscending = (order === 'oldest') === (direction === 'forward');
    const bounds = keys.map(({ page: { after, before } }) => {
      const [low, high] = order === 'oldest' ? [after, before] : [before, after];
      return { low: low ?? (format.lowest as never), high: high ?? (format.highest as never) };
    });
    const request: PageRequest<Owner, never> = {
      owners: keys.map((key) => key.owner),
      rules: keys.map((key) => key.rule),
      lows: bounds.map(({ low }) => low),
      highs: bounds.map(({ high }) => high),
      direction: isAscending ? 'ASC' : 'DESC',
      limit,
    };
    const rows = await inSpan('page loader', { 'loader.keys': keys.length }, () => read(request));
    const pages: Row[][] = keys.map(() => []);
    for (const row of rows) pages[Number(row.ordinal) - 1]?.push(row);
    return pages;
  }

  return new DataLoader(
    async (keys) => {
      const groups = Map.groupBy(keys, ({ page }) => `${page.direction} ${page.limit}`);
      const read = await Promise.all(
        [...groups.values()].map(async (group) => {
          const pages = await readGroup(group, (group[0] as Key).page);
          return group.map((key, index) => [key, pages[index] ?? []] as const);
        }),
      );
      const found = new Map(read.flat());
      return keys.map((key) => found.get(key) ?? []);
    },
    { cache: false },
  );
}
