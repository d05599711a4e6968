import type { UserDatabase } from '@murmuration/prisma/user';
import { conflict, requireViewer, unauthenticated } from '@murmuration/service-kit';
import { takenField } from '../accounts/taken.ts';
import { parseInput, profileInput } from '../accounts/validation.ts';
import type { PositionTeller } from '@murmuration/events';
import type { AfterCommit } from '../after-commit.ts';
import type { Context } from '../context.ts';
import type { Person } from './person.ts';
import { updateAccount } from './update.ts';

export type ProfileService = ReturnType<typeof createProfileService>;

export function createProfileService(options: {
  database: UserDatabase;
  afterCommit: AfterCommit;
  tellPosition: PositionTeller;
}) {
  const { database, afterCommit, tellPosition } = options;
  return {
    /**
     * Changes the viewer's profile. Becoming private is acknowledged once no cache can say otherwise;
     * becoming public accepts nobody: requests stay until they are answered or made anew.
     */
    async update(input: unknown, context: Context): Promise<Person> {
      const viewerId = requireViewer(context);
      if (!(await context.loaders.people.load(viewerId)))
        throw unauthenticated('This account does not exist any more.');
      const change = parseInput(profileInput, input);
      const changed = await updateAccount(database, viewerId, change).catch((error: unknown) => {
        if (takenField(error) === 'handle')
          throw conflict('This handle, or one that looks like it, is taken.');
        throw error;
      });
      if (changed) {
        await afterCommit.accountChanged(viewerId, { hidesFromEveryone: changed.becamePrivate });
        tellPosition(context, changed.writtenAt);
      }
      context.loaders.forget();
      const person = await context.loaders.people.load(viewerId);
      if (!person) throw unauthenticated('This account does not exist any more.');
      return person;
    },
  };
}
