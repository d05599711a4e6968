import type { Page } from '@murmuration/ids';
import type { UserDatabase } from '@murmuration/prisma/user';
import { inSpan } from '@murmuration/service-kit';
import DataLoader from 'dataloader';
import { type ListKind, type ListRow, pageKey } from './list.ts';
import { readLists } from './repository.ts';

export interface ListLoaders {
  /** At most `page.limit + 1` rows of one person's list, in the order of reading. */
  load(kind: ListKind, page: Page, ownerId: bigint): Promise<ListRow[]>;
  clearAll(): void;
}

/** One statement for the same page of many people's lists. */
export function createListLoaders(database: UserDatabase, viewerId: bigint | null): ListLoaders {
  const loaders = new Map<string, DataLoader<bigint, ListRow[]>>();

  function loaderOf(kind: ListKind, page: Page): DataLoader<bigint, ListRow[]> {
    const key = pageKey(kind, page);
    const known = loaders.get(key);
    if (known) return known;
    const loader = new DataLoader<bigint, ListRow[]>(async (ownerIds) => {
      const query = { kind, page, viewerId, ownerIds };
      const rows = await inSpan(`loader ${kind}`, {}, () => readLists(database, query));
      const byOwner = Map.groupBy(rows, (row) => row.ownerId);
      return ownerIds.map((ownerId) => byOwner.get(ownerId) ?? []);
    });
    loaders.set(key, loader);
    return loader;
  }

  return {
    load: (kind, page, ownerId) => loaderOf(kind, page).load(ownerId),
    clearAll: () => loaders.clear(),
  };
}
