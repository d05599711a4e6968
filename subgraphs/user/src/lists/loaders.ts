import type { UserDatabase } from '@murmuration/prisma/user';
import { createPageLoader, type PageKey } from '@murmuration/service-kit/subgraph';
import type DataLoader from 'dataloader';
import { type ListKind, listKinds, type ListRow } from './list.ts';
import { readLists } from './repository.ts';

/** Pages of people's lists, by what the lists are of; newest first. */
export type ListLoaders = Record<ListKind, DataLoader<PageKey, ListRow[]>>;

export function createListLoaders(database: UserDatabase, viewerId: bigint | null): ListLoaders {
  const loaderOf = (kind: ListKind) =>
    createPageLoader<ListRow>('newest', (request) => readLists(database, { kind, viewerId, request }));
  return Object.fromEntries(listKinds.map((kind) => [kind, loaderOf(kind)])) as ListLoaders;
}
