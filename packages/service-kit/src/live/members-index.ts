/** Who is found by what: many members by one key, and one member by many keys. Empty keys are forgotten. */
export interface MembersIndex<Key, Member> {
  add(key: Key, member: Member): void;
  remove(key: Key, member: Member): void;
  has(key: Key): boolean;
  /** Those of a key; none for one that nobody is found by. */
  of(key: Key): ReadonlySet<Member>;
  keys(): MapIterator<Key>;
  /** How many keys somebody is found by. */
  size(): number;
}

export function createMembersIndex<Key, Member>(): MembersIndex<Key, Member> {
  const byKey = new Map<Key, Set<Member>>();
  const none: ReadonlySet<Member> = new Set();
  return {
    add(key, member) {
      const found = byKey.get(key);
      if (found) found.add(member);
      else byKey.set(key, new Set([member]));
    },
    remove(key, member) {
      const found = byKey.get(key);
      if (found?.delete(member) && found.size === 0) byKey.delete(key);
    },
    has: (key) => byKey.has(key),
    of: (key) => byKey.get(key) ?? none,
    keys: () => byKey.keys(),
    size: () => byKey.size,
  };
}
