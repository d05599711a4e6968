import { type FeedPosition, isBefore } from '../feed/cursor.ts';

/** What of an event matters live: who might want to know, and what happened. */
export interface LoggedChange<Change> {
  place: FeedPosition;
  /** Names by which listeners find it, such as `person:17`. */
  topics: readonly string[];
  change: Change;
}

/** The newest stretch of a log in memory, in order and without a gap. */
export interface ChangeWindow<Change> {
  /** Everything after this place, up to the newest one added, is here. */
  start(): FeedPosition;
  size(): number;
  add(changes: readonly LoggedChange<Change>[]): void;
  /** Puts what comes before in front: all changes after `from`, up to where the window began. */
  extend(from: FeedPosition, earlier: readonly LoggedChange<Change>[]): void;
  /** Changes of any of the topics after a place, in order. */
  after(place: FeedPosition, topics: readonly string[]): LoggedChange<Change>[];
}

/** Trimming a change at a time would move all of them each time. */
const slack = 1.1;

export function createChangeWindow<Change>(limit: number, begin: FeedPosition): ChangeWindow<Change> {
  let start = begin;
  let changes: LoggedChange<Change>[] = [];
  let byTopic = new Map<string, LoggedChange<Change>[]>();

  function index(): void {
    byTopic = new Map();
    for (const change of changes) file(change);
  }

  function file(change: LoggedChange<Change>): void {
    for (const topic of change.topics) {
      const filed = byTopic.get(topic);
      if (filed) filed.push(change);
      else byTopic.set(topic, [change]);
    }
  }

  function trim(): void {
    if (changes.length <= limit * slack) return;
    const gone = changes.splice(0, changes.length - limit);
    start = gone.at(-1)?.place ?? start;
    index();
  }

  return {
    start: () => start,
    size: () => changes.length,
    add(more) {
      for (const change of more) {
        changes.push(change);
        file(change);
      }
      trim();
    },
    extend(from, earlier) {
      changes = [...earlier.filter(({ place }) => !isBefore(start, place)), ...changes];
      start = from;
      index();
    },
    after(place, topics) {
      const found = topics.map((topic) => newerThan(place, byTopic.get(topic) ?? []));
      if (found.length === 1) return found.flat();
      return [...new Set(found.flat())].sort((a, b) => (isBefore(a.place, b.place) ? -1 : 1));
    },
  };
}

/** By what was missed, and not by all that is there: many come back at once, for the newest few. */
function newerThan<Change>(
  place: FeedPosition,
  filed: readonly LoggedChange<Change>[],
): LoggedChange<Change>[] {
  const last = filed.findLastIndex((change) => !isBefore(place, change.place));
  return filed.slice(last + 1);
}
