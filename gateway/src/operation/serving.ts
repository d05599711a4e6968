import type { Generation } from '../planning/types.ts';
import type { Entries } from './documents/entries.ts';

/** The supergraph that admits operations now, with what is known of documents on it. */
export interface Serving {
  readonly generation: Generation;
  readonly entries: Entries;
}
