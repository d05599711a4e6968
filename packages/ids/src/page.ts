import { badUserInput } from './bad-user-input.ts';
import type { CursorCodec } from './cursor.ts';

export const pageLimits = { maximum: 100 } as const;

/** Relay's arguments as GraphQL delivers them. */
export interface PageArguments {
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}

/** What to read: `limit` rows beyond `after` (forwards) or before `before` (backwards), in list order. */
export interface Page<Key = bigint> {
  limit: number;
  direction: 'forward' | 'backward';
  after: Key | null;
  before: Key | null;
}

/**
 * Reads Relay's arguments: exactly one of `first` and `last`, 0 to 100.
 * @throws GraphQLError `BAD_USER_INPUT` naming the argument
 */
export function pageFrom<Key>(args: PageArguments, codec: CursorCodec<Key>): Page<Key> {
  const { first, last } = args;
  if (first != null && last != null) throw badUserInput('last', 'Give `first` or `last`, not both.');
  const limit = first ?? last;
  if (limit == null) throw badUserInput('first', 'Give `first` or `last`: how many edges to return.');
  const argument = first != null ? 'first' : 'last';
  if (limit < 0 || limit > pageLimits.maximum) {
    throw badUserInput(
      argument,
      `\`${argument}\` must be between 0 and ${pageLimits.maximum}, not ${limit}.`,
    );
  }
  return {
    limit,
    direction: first != null ? 'forward' : 'backward',
    after: args.after == null ? null : codec.decode('after', args.after),
    before: args.before == null ? null : codec.decode('before', args.before),
  };
}
