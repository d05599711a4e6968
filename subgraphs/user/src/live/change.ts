import { eventPayloads, type ReadChange } from '@murmuration/events';
import type { SessionId, UserId } from '@murmuration/ids';

/** What an event of the outbox is to the people it is about. */
export type Change =
  | { kind: 'account'; personId: UserId }
  /** Something between two people; each is told of the other. */
  | { kind: 'relation'; people: readonly [UserId, UserId] }
  | { kind: 'session'; sessionId: SessionId };

export const personTopic = (id: bigint) => `person:${id}`;

export const readChange: ReadChange<Change> = ({ type, payload }) => {
  switch (type) {
    case 'account.changed': {
      const { userId } = eventPayloads['account.changed'].parse(payload);
      return toThem([userId], { kind: 'account', personId: BigInt(userId) });
    }
    case 'follow.changed': {
      const { followeeId, followerId } = eventPayloads['follow.changed'].parse(payload);
      return toThem([followerId, followeeId], between(followerId, followeeId));
    }
    case 'block.changed': {
      const { blockedId, blockerId } = eventPayloads['block.changed'].parse(payload);
      // A stranger's block is nobody's news; what else it ended between the two is a change of its own.
      return toThem([blockerId], between(blockerId, blockedId));
    }
    case 'mute.changed': {
      const { mutedId, muterId } = eventPayloads['mute.changed'].parse(payload);
      // Whoever is muted must not know.
      return toThem([muterId], between(muterId, mutedId));
    }
    case 'session.ended': {
      const { sessionId, userId } = eventPayloads['session.ended'].parse(payload);
      return toThem([userId], { kind: 'session', sessionId: BigInt(sessionId) });
    }
    default:
      return null;
  }
};

function between(one: string, other: string): Change {
  return { kind: 'relation', people: [BigInt(one), BigInt(other)] };
}

function toThem(people: readonly string[], change: Change): ReturnType<typeof readChange> {
  return { topics: people.map((id) => personTopic(BigInt(id))), change };
}
