/** Whose entries a timeline is made of, and who reads it: what is shown is what they may see and want to meet. */
export type Source = HomeSource | ListSource;

/** A home is made of whom its reader follows. */
export interface HomeSource {
  kind: 'home';
  /** The reader. */
  id: bigint;
  readerId: bigint;
}

/** A list is made of its members, whoever reads it. */
export interface ListSource {
  kind: 'list';
  id: bigint;
  /** Null: nobody who is known. */
  readerId: bigint | null;
}

export type SourceKind = Source['kind'];

export function homeOf(readerId: bigint): HomeSource {
  return { kind: 'home', id: readerId, readerId };
}

export function listOf(listId: bigint, readerId: bigint | null): ListSource {
  return { kind: 'list', id: listId, readerId };
}

/** The reader as statements take them: 0 is nobody's id, so nobody mutes, blocks or follows as 0. */
export function readerOf({ readerId }: Source): bigint {
  return readerId ?? 0n;
}
