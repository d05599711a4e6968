import { LRUCache } from 'lru-cache';
import { bytesOf, bytesOfSleeping, type Entry, type Sleeping } from './entry.ts';

/**
 * What is known of documents on one supergraph, bounded by the memory it holds; those not used for longest go. What came
 * once sleeps, as texts: most of what never came before never comes again, and texts take little room and cost the
 * garbage collector nothing.
 */
export interface Entries {
  byHash(hash: string): Entry | undefined;
  byText(text: string): Entry | undefined;
  /** What came once. */
  sleeping(hash: string): Sleeping | undefined;
  /** Keeps the entry of a valid document, or answers the one that another request was faster to bring. */
  keep(entry: Entry): Entry;
  /** Keeps the texts of a document that is not known yet. */
  putToSleep(sleeping: Sleeping): void;
  /** To be called when a plan was added to it. */
  grew(entry: Entry): void;
  /** Those used last come first; none that sleep. */
  all(): Iterable<Entry>;
  bytes(): number;
  clear(): void;
}

interface Kept {
  readonly entry?: Entry;
  readonly sleeping?: Sleeping;
}

export function createEntries(maxBytes: number): Entries {
  // Two maps, so that no text can stand for a hash; who sends the text again need not have it hashed again.
  const hashes = new Map<string, string>();
  const kept = new LRUCache<string, Kept>({
    maxSize: maxBytes,
    sizeCalculation: ({ entry, sleeping }) => (entry ? bytesOf(entry) : 0) + bytesOfSleeping(sleeping),
    dispose: ({ entry }, _hash, because) => entry && because !== 'set' && hashes.delete(entry.text),
  });
  const byHash = (hash: string) => kept.get(hash)?.entry;
  return {
    byHash,
    byText(text) {
      const hash = hashes.get(text);
      return hash === undefined ? undefined : byHash(hash);
    },
    sleeping: (hash) => kept.get(hash)?.sleeping,
    keep(entry) {
      const known = kept.peek(entry.hash)?.entry;
      if (known) return known;
      entry.isValid = true;
      kept.set(entry.hash, { entry });
      if (kept.has(entry.hash)) hashes.set(entry.text, entry.hash);
      return entry;
    },
    putToSleep(sleeping) {
      kept.set(sleeping.hash, { sleeping });
    },
    grew(entry) {
      // In a new wrapper, or its size would not be asked again.
      if (kept.peek(entry.hash)?.entry === entry) kept.set(entry.hash, { entry });
    },
    *all() {
      for (const { entry } of kept.values()) if (entry) yield entry;
    },
    bytes: () => kept.calculatedSize,
    clear: () => kept.clear(),
  };
}
