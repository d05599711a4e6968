export const listLimits = {
  /** Lists that one person may have, and lists of others that they may follow. */
  perPerson: 100,
  followed: 500,
  /** People in one list. */
  members: 500,
  /** Code points. */
  nameCharacters: 50,
  descriptionCharacters: 300,
  idempotencyKeyCharacters: 128,
  /** More followers are not counted: nobody reads the number. */
  followersCounted: 1_000,
  /** What hangs on lists that are gone: rows that one statement removes, and how often it is looked for. */
  rowsAtOnce: 500,
  retireEveryMs: 60_000,
  /** A list that is gone is known for so long: it is not made again by the same request. */
  keptHours: 24,
} as const;

/** Those that a process may be told otherwise; see config.ts. */
export type ListLimits = { readonly [Name in 'perPerson' | 'followed' | 'members']: number };
