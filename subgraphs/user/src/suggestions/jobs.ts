import type { Task } from '@murmuration/jobs';
import type { UserDatabase } from '@murmuration/prisma/user';
import { z } from 'zod';
import { suggestKnown, suggestPopular } from './find.ts';
import type { SuggestionLimits } from './limits.ts';
import { enqueueDue } from './repository.ts';

const payload = z.object({ accountId: z.string().regex(/^\d+$/) });

/** Makes the suggestions of one person. */
export function createSuggestPeople(database: UserDatabase, limits: SuggestionLimits): Task {
  return (job) => suggestKnown(database, BigInt(payload.parse(job).accountId), limits);
}

/** By the clock: finds whom many began to follow, and has others made for who reads stale ones. */
export function createRefreshSuggestions(database: UserDatabase, limits: SuggestionLimits): Task {
  return async () => {
    await suggestPopular(database, limits);
    await enqueueDue(database, limits);
  };
}
