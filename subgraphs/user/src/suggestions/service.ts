import { byPlace, connectionFrom, cursorCodec, type PageArguments, pageFrom } from '@murmuration/ids';
import type { UserDatabase } from '@murmuration/prisma/user';
import { maySeeProfile } from '@murmuration/relationships';
import { type Logger, notFound, retryConflicts } from '@murmuration/service-kit';
import type { ViewerKey } from '@murmuration/service-kit/subgraph';
import type { PersonConnection } from '../lists/member.ts';
import type { Asker } from '../loaders.ts';
import type { Person, View } from '../profiles/person.ts';
import { readPair } from '../relations/pair.ts';
import { suggestionLimits, type SuggestionLimits } from './limits.ts';
import { dismiss, noteReader } from './repository.ts';

const cursors = cursorCodec('suggestedUsers', 1, byPlace);

export type SuggestionService = ReturnType<typeof createSuggestionService>;

/** Whom people may know, as jobs found it out. */
export function createSuggestionService(options: {
  database: UserDatabase;
  logger: Logger;
  limits?: Partial<SuggestionLimits> | undefined;
}) {
  const { database, logger } = options;
  const limits = { ...suggestionLimits, ...options.limits };

  return {
    /** A first page also has others made where these are stale: that it cannot does not concern who reads. */
    async page({ viewerId }: ViewerKey, view: View, args: PageArguments): Promise<PersonConnection> {
      const page = pageFrom(args, cursors);
      const isFirst = page.after === null && page.before === null;
      const [rows] = await Promise.all([
        view.suggestions.load({ owner: viewerId, page: { ...page, limit: page.limit + 1 }, rule: 0 }),
        isFirst &&
          noteReader(database, viewerId, limits).catch((error: unknown) =>
            logger.warn({ err: error }, 'suggestions could not be asked for'),
          ),
      ]);
      return connectionFrom(rows, page, cursors, ({ handle, key, memberId: id }) => ({
        key,
        node: { id, handle, isDecided: false, view },
      }));
    },

    /**
     * Keeps a person out of the viewer's suggestions.
     * @throws UserErrors `NotFound` for who does not exist for the viewer
     */
    async dismiss(input: { userId: string }, context: Asker): Promise<{ user: Person | null }> {
      const { target, viewerId } = await readPair(input.userId, database, context);
      if (!maySeeProfile(target.relation)) throw notFound('person', { path: ['userId'] });
      await retryConflicts(() => dismiss(database, viewerId, target.id, limits));
      return { user: await context.loaders.people.load(target.id) };
    },
  };
}
