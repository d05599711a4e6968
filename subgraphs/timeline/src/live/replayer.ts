import { downstreamError } from '@murmuration/service-kit';
import { type Queue, tryAgain } from '@murmuration/service-kit/subgraph';
import type { Relationships } from '@murmuration/relationships';
import type { Sql } from '../database/pool.ts';
import type { SeenEntry, Visible } from '../belonging/visible.ts';
import { type TimelineLimits, timelineLimits } from '../limits.ts';
import type { LogEvent } from '../log/log-event.ts';
import { type ReplayRange, selectReplay } from '../belonging/replay.ts';
import { readerOf, type Source } from '../belonging/source.ts';
import type { SignAudience } from './audience.ts';
import { isHiding, personHidden } from './hidden-person.ts';
import type { LiveEvent } from './live-event.ts';
import { createReplayedAdditions } from './replayed-additions.ts';
import { removalFor } from './router.ts';

type Sink = Pick<Queue<LiveEvent>, 'room'> & { push(item: LiveEvent): void };

/** Tells a stretch of the log to a timeline's reader, by who its members are and whom they may see now, while it is wanted. */
export type Replay = (
  source: Source,
  range: ReplayRange,
  sink: Sink,
  isWanted: () => boolean,
) => Promise<void>;

export function createReplay(options: {
  sql: Sql;
  visible: Visible;
  relationships: Pick<Relationships, 'read'>;
  sign: SignAudience;
  limits?: TimelineLimits;
}): Replay {
  const { sql, visible, relationships, limits = timelineLimits } = options;
  const replayed = createReplayedAdditions(options.sign);

  /** Additions go through the same step as a page of the timeline. */
  async function additionsOf(source: Source, events: readonly LogEvent[]) {
    const ids = events.flatMap(({ entryId, kind }) => (entryId && isAddition(kind) ? [entryId] : []));
    const entries = await visible(source, [...new Set(ids)]);
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

  /** @throws when of one of them nobody can tell: then none is told yet */
  async function look(source: Source, events: readonly LogEvent[]): Promise<LiveEvent[]> {
    const [additions, removals] = await Promise.all([
      additionsOf(source, events),
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
  }

  return async (source, { after, through }, sink, isWanted) => {
    for (let from = after; isWanted(); ) {
      const events = await selectReplay(sql, source, { after: from, through }, limits.replayPage);
      await sink.room();
      const told = await tryAgain(() => look(source, events), isWanted, limits);
      for (const live of told ?? []) sink.push(live);
      const last = events.at(-1);
      if (!last || events.length < limits.replayPage) return;
      from = last.seq;
    }
  };
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
