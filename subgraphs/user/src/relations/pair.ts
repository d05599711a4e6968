import { decodeId, type UserId } from '@murmuration/ids';
import type { UserDatabase } from '@murmuration/prisma/user';
import { maySeeProfile, relationBits } from '@murmuration/relationships';
import { notAllowed, unauthenticated, validationError } from '@murmuration/service-kit';
import { requireViewer } from '@murmuration/service-kit/subgraph';
import type { Asker } from '../loaders.ts';
import type { Target } from './changes.ts';
import { readRelations } from './relation-sql.ts';

/** Of whom the mutation is about, in its input. */
export const path = ['userId'];

/** Who does something about whom. */
export interface Pair {
  viewerId: UserId;
  target: Target;
}

/** @throws UserErrors for what is nobody's id, or the viewer's own */
export async function readPair(wire: string, database: UserDatabase, context: Asker): Promise<Pair> {
  const viewerId = requireViewer(context);
  const targetId = decodeId('User', wire);
  if (targetId === null) throw validationError('userId', 'This is not the id of a person.');
  if (targetId === viewerId) throw notAllowed('You cannot do this to yourself.', { code: 'ONESELF', path });
  const relations = await readRelations(database, viewerId, [viewerId, targetId]);
  const [self, relation] = [viewerId, targetId].map((id) => relations.get(id) ?? relationBits.authorMissing);
  if (self === undefined || !maySeeProfile(self))
    throw unauthenticated('This account does not exist any more.');
  return { viewerId, target: { id: targetId, relation: relation ?? relationBits.authorMissing } };
}
