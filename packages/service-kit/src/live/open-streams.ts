import { GraphQLError } from 'graphql';
import { errorCodes } from '../errors/codes.ts';
import type { LiveStreamLimits } from './limits.ts';

/** Counts the streams of this process, and of each person at it. */
export interface OpenStreams {
  /**
   * A stream begins; call what it returns once when it has ended.
   * @param personId null for an anonymous reader, of whom only the edge can tell one from another
   * @throws GraphQLError `RATE_LIMITED` when the person, or all together, have as many streams as they may
   */
  enter(personId: bigint | null): () => void;
}

export function createOpenStreams(
  limits: Pick<LiveStreamLimits, 'streams' | 'streamsPerPerson'>,
): OpenStreams {
  let all = 0;
  const counts = new Map<bigint, number>();

  function leave(personId: bigint): void {
    const count = counts.get(personId) ?? 0;
    if (count > 1) counts.set(personId, count - 1);
    else counts.delete(personId);
  }

  return {
    enter(personId) {
      const count = personId === null ? 0 : (counts.get(personId) ?? 0);
      if (count >= limits.streamsPerPerson) throw tooManyOf(limits.streamsPerPerson);
      if (all >= limits.streams) throw tooManyStreams();
      all++;
      if (personId !== null) counts.set(personId, count + 1);
      return () => {
        all--;
        if (personId !== null) leave(personId);
      };
    },
  };
}

/** Says that a process has as many live streams as it may. */
export function tooManyStreams(): GraphQLError {
  return tooMany('Too many live streams at once. Try again in a moment.');
}

function tooManyOf(most: number): GraphQLError {
  return tooMany(`You have ${most} live streams open: end one of them first.`);
}

function tooMany(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: errorCodes.rateLimited } });
}
