import type { Relationships } from '@murmuration/relationships';
import { downstreamError } from '@murmuration/service-kit';
import { readerOf, type Source } from '../belonging/source.ts';
import type { SeenEntry, Visible } from '../belonging/visible.ts';
import type { LogEvent } from '../log/log-event.ts';
import type { SignAudience } from './audience.ts';
import { isHiding, personHidden } from './hidden-person.ts';
import type { LiveEvent } from './live-event.ts';
import { createReplayedAdditions } from './replayed-additions.ts';
import { removalFor } from './router.ts';

/**
 * What events of the log are to a timeline's reader, by whom they may see now; additions go through the same step as a page.
 * @throws when of one of them nobody can tell: then none is told yet
 */
export type Look = (source: Source, events: readonly LogEvent[], visible: Visible) => Promise<LiveEvent[]>;

export function createLook(options: {
  relationships: Pick<Relationships, 'read'>;
  sign: SignAudience;
}): Look {
  const { relationships } = options;
  const replayed = createReplayedAdditions(options.sign);

  async function additionsOf(source: Source, events: readonly LogEvent[], visible: Visible) {
    const entries = await visible(source, additionsIn(events));
    return new Map(entries.map((entry) => [entry.id, known(entry)]));
  }

  async function removalsOf({ readerId }: Source, events: readonly LogEvent[]) {
    const removals = events.filter(({ kind }) => !isAddition(kind));
    const authors = [...new Set(removals.flatMap(({ post }) => post?.authorId ?? []))];
    const read = await relationships.read(readerId, authors);
    const relations = new Map(authors.map((author, index) => [author, read[index]]));
    const relationOf = (author: bigint) => relations.get(author) ?? new Error('never asked');
    return new Map(removals.map((event) => [event.seq, known(removalFor(readerId, event, relationOf))]));
  }

  return async (source, events, visible) => {
    const [additions, removals] = await Promise.all([
      additionsOf(source, events, visible),
      removalsOf(source, events),
    ]);
    const told = await Promise.all(
      events.map((event) => {
        const { authorId, entryId, kind, seq } = event;
        if (kind === 'list_left') return { type: 'PersonHidden' as const, seq, personId: authorId };
        if (isHiding(event)) return personHidden(event, readerOf(source));
        const entry = isAddition(kind) ? additions.get(entryId ?? 0n) : undefined;
        return entry ? replayed(event, entry) : removals.get(seq);
      }),
    );
    return told.filter((live) => live != null);
  };
}

/** The entries that some events of the log add. */
export function additionsIn(events: readonly LogEvent[]): bigint[] {
  const ids = events.flatMap(({ entryId, kind }) => (entryId && isAddition(kind) ? [entryId] : []));
  return [...new Set(ids)];
}

/** @throws instead of an answer that says nothing */
export function known<T extends SeenEntry | LiveEvent | null>(found: T | Error): T {
  if (found instanceof Error) throw found;
  if (found && 'sight' in found && found.sight === 'unknown') throw downstreamError('user');
  return found;
}

function isAddition(kind: LogEvent['kind']): boolean {
  return kind === 'post' || kind === 'repost';
}
