import type { Page } from '@murmuration/ids';
import { Prisma } from '@murmuration/prisma/post';
import DataLoader from 'dataloader';
import type { PostRow } from './post.ts';

/** One list's page: whose list, which part of it, and what of it (see the reader). */
export interface PageKey {
  owner: bigint;
  page: Page;
  rule: number;
}

/** Pages of many lists as columns, for one statement with a LATERAL join. */
export interface PageRequest {
  owners: bigint[];
  rules: number[];
  /** Exclusive bounds of the ids. */
  lows: bigint[];
  highs: bigint[];
  /** `ASC` or `DESC`: the order of reading. */
  direction: Prisma.Sql;
  limit: number;
}

/** A row with the index of the page it belongs to, counted from 1. */
export type PagedRow = PostRow & { ordinal: bigint };

const highest = (1n << 63n) - 1n;

/**
 * A loader of pages: all that are asked for at once and have one size and direction are one statement.
 * @param order whether the lists begin with the newest or the oldest
 */
export function createPageLoader(
  order: 'newest' | 'oldest',
  read: (request: PageRequest) => Promise<PagedRow[]>,
): DataLoader<PageKey, PostRow[]> {
  async function readGroup(keys: readonly PageKey[], page: Page): Promise<PostRow[][]> {
    const isAscending = (order === 'oldest') === (page.direction === 'forward');
    const bounds = keys.map((key) => boundsOf(key.page, order));
    const rows = await read({
      owners: keys.map((key) => key.owner),
      rules: keys.map((key) => key.rule),
      lows: bounds.map(({ low }) => low),
      highs: bounds.map(({ high }) => high),
      direction: Prisma.raw(isAscending ? 'ASC' : 'DESC'),
      limit: page.limit,
    });
    const pages: PostRow[][] = keys.map(() => []);
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
