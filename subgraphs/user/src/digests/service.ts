import type { UserId } from '@murmuration/ids';
import type { UserDatabase } from '@murmuration/prisma/user';
import { notAllowed } from '@murmuration/service-kit';
import { type DigestPeriod, readDigestPeriod, writeDigestPeriod } from './repository.ts';
import type { UnsubscribeTokens } from './tokens.ts';

export type DigestService = ReturnType<typeof createDigestService>;

/** What people are told by mail, which is nothing until they ask for it. */
export function createDigestService(options: { database: UserDatabase; tokens: UnsubscribeTokens }) {
  const { database, tokens } = options;
  return {
    /** Null: never. */
    period: (viewerId: UserId): Promise<DigestPeriod | null> => readDigestPeriod(database, viewerId),

    async setPeriod(viewerId: UserId, period: DigestPeriod | null): Promise<DigestPeriod | null> {
      await writeDigestPeriod(database, viewerId, period);
      return period;
    },

    /**
     * No more of them, for whoever has one. Doing it again changes nothing.
     * @throws UserErrors `NotAllowed` for a token that is no good
     */
    async stop(token: string): Promise<void> {
      const id = tokens.open(token);
      if (id === null)
        throw notAllowed('This link leads nowhere.', { code: 'LINK_INVALID', path: ['token'] });
      await writeDigestPeriod(database, id, null);
    },
  };
}
