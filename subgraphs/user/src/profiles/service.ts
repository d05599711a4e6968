import type { UserDatabase } from '@murmuration/prisma/user';
import { relationLeaseMs } from '@murmuration/relationships';
import { unauthenticated } from '@murmuration/service-kit';
import { requireViewer } from '@murmuration/service-kit/subgraph';
import { handleTaken, takenField } from '../accounts/taken.ts';
import { parseInput, profileInput } from '../accounts/validation.ts';
import type { PositionTeller } from '@murmuration/events';
import type { UserId } from '@murmuration/ids';
import type { AfterCommit } from '../after-commit.ts';
import type { Asker } from '../loaders.ts';
import type { Person } from './person.ts';
import type { ProfileChange } from '../accounts/validation.ts';
import { countPrivateEvents, type HandleRest, updateAccount } from './update.ts';

/** By then every lease that was given before has run out, and those that live streams gave each other as well. */
const settledAfterMs = 2 * relationLeaseMs + 1_000;

export type ProfileService = ReturnType<typeof createProfileService>;

export function createProfileService(options: {
  database: UserDatabase;
  afterCommit: AfterCommit;
  tellPosition: PositionTeller;
  handleRest: HandleRest;
}) {
  const { database, afterCommit, tellPosition, handleRest } = options;

  /** Whether caches may still say that the account is public, although it is not. */
  async function hidesFromEveryone(
    id: UserId,
    change: ProfileChange,
    changed: { becamePrivate: boolean } | null,
  ): Promise<boolean> {
    if (changed?.becamePrivate || !change.isPrivate) return changed?.becamePrivate ?? false;
    // It was private already: the process that made it so may have died before it could wait, and is asked again.
    return (await countPrivateEvents(database, id, settledAfterMs)) > (changed ? 1 : 0);
  }

  return {
    /**
     * Changes the viewer's profile. Becoming private is acknowledged once no cache can say otherwise;
     * becoming public accepts nobody: requests stay until they are answered or made anew.
     */
    async update(input: unknown, context: Asker): Promise<Person> {
      const viewerId = requireViewer(context);
      if (!(await context.loaders.people.load(viewerId)))
        throw unauthenticated('This account does not exist any more.');
      const change = parseInput(profileInput, input);
      const changed = await updateAccount(database, viewerId, change, handleRest).catch((error: unknown) => {
        if (takenField(error) === 'handle') throw handleTaken();
        throw error;
      });
      const hides = await hidesFromEveryone(viewerId, change, changed);
      if (changed || hides) await afterCommit.accountChanged(viewerId, { hidesFromEveryone: hides });
      if (changed) tellPosition(context, changed.writtenAt);
      context.loaders.forget();
      const person = await context.loaders.people.load(viewerId);
      if (!person) throw unauthenticated('This account does not exist any more.');
      return person;
    },
  };
}
