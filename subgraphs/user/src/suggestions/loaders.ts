import { byPlace, type Place } from '@murmuration/ids';
import type { UserDatabase } from '@murmuration/prisma/user';
import { createPageLoader, type PageKey } from '@murmuration/service-kit/subgraph';
import type DataLoader from 'dataloader';
import { readSuggestions, type SuggestionRow } from './repository.ts';

/** Pages of people's suggestions, by whose they are; the likeliest first. */
export type SuggestionLoader = DataLoader<PageKey<bigint, Place>, SuggestionRow[]>;

export function createSuggestionLoader(database: UserDatabase): SuggestionLoader {
  return createPageLoader<Place, SuggestionRow>(
    'newest',
    (request) => readSuggestions(database, request),
    byPlace,
  );
}
