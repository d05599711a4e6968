import { LiveError, type ResultError } from './errors.ts';
import type { Attached, Link } from './link.ts';
import type { LiveOperation, Payload, Result } from './operation.ts';
import type { LiveSettings } from './settings.ts';

/** What a stream tells, in order. */
export type Told<Event> =
  | {
      kind: 'event';
      event: Event;
      /** Where to begin again later, once the app has dealt with this event; null if the event selects none. */
      cursor: string | null;
      /** What to send as `Graph-Position` with what is asked because of this event; null if it selects none. */
      position: string | null;
      /** Of parts of the event that could not be had. */
      errors: readonly ResultError[];
    }
  | {
      /** Something was missed that cannot be told: fetch again what the stream is about, then read on. */
      kind: 'reset';
      /** The server's, or `NO_CURSOR`: the stream was cut, and has no cursor to continue at. */
      reason: string;
      cursor: string | null;
    };

/** Ends without an error when it is left, aborted, or when the server says that it is complete. */
export interface LiveStream<Event> extends AsyncIterableIterator<Told<Event>, undefined> {
  return(): Promise<IteratorReturnResult<undefined>>;
}

/** As its client sees it. */
interface Stream<Event> extends LiveStream<Event> {
  begin(): void;
  end(error: LiveError): void;
}

type Read<Event> = (result: IteratorResult<Told<Event>, undefined>) => void;

/** One subscription, as the app reads it: continued behind the last event, whatever the link goes through. */
export function createStream<Event>(
  link: Link,
  operation: LiveOperation,
  settings: Pick<LiveSettings, 'maxQueued' | 'maxRemembered'>,
  onEnd: () => void,
): Stream<Event> {
  const { afterVariable = 'after', signal } = operation;
  const queue: Told<Event>[] = [];
  const remembered = new Set<string>();
  const readers: { resolve: Read<Event>; reject: (error: LiveError) => void }[] = [];
  let cursor = operation.after ?? null;
  let wasOpen = false;
  let failure: LiveError | undefined;
  let isOver = false;
  let detach: (() => void) | undefined;

  function push(told: Told<Event>): void {
    const reader = readers.shift();
    if (reader) return reader.resolve({ done: false, value: told });
    queue.push(told);
    if (queue.length < settings.maxQueued) return;
    // The app is behind. What comes next stays with the server, which tells it behind the cursor.
    detach?.();
    detach = undefined;
  }

  /** Whether it came before: the server may tell what it told just before a cut once more. */
  function isKnown(event: object): boolean {
    const text = JSON.stringify(event);
    if (remembered.has(text)) return true;
    remembered.add(text);
    for (const oldest of remembered) {
      if (remembered.size <= settings.maxRemembered) break;
      remembered.delete(oldest);
    }
    return false;
  }

  function next({ data, errors = [] }: Result): void {
    const event = Object.values(data ?? {})[0] as {
      __typename?: string;
      cursor?: string;
      position?: string | null;
      reason?: string;
    };
    const type = event?.__typename;
    if (typeof type !== 'string')
      return end(new LiveError('NO_TYPENAME', 'Select __typename in what the subscription tells.', errors));
    if (typeof event.cursor === 'string') {
      if (isKnown(event)) return;
      cursor = event.cursor;
    }
    if (type === 'Bookmark') return;
    if (type === 'Reset') return push({ kind: 'reset', reason: String(event.reason), cursor });
    const { position = null } = event;
    push({ kind: 'event', event: event as Event, cursor: event.cursor ?? null, position, errors });
  }

  function payload(): Payload {
    const { operationName, query, variables } = operation;
    return {
      query: String(query),
      variables: cursor === null ? { ...variables } : { ...variables, [afterVariable]: cursor },
      ...(operationName === undefined ? {} : { operationName }),
    };
  }

  function opened(): void {
    if (wasOpen && cursor === null) push({ kind: 'reset', reason: 'NO_CURSOR', cursor });
    wasOpen = true;
  }

  function end(error?: LiveError): void {
    if (isOver) return;
    isOver = true;
    failure = error;
    detach?.();
    signal?.removeEventListener('abort', leave);
    onEnd();
    for (const { reject, resolve } of readers.splice(0)) {
      if (!failure) resolve({ done: true, value: undefined });
      else reject(failure);
      failure = undefined;
    }
  }

  /** What was not read yet is for nobody. */
  function leave(): void {
    queue.length = 0;
    end();
  }

  function attach(): void {
    const stream: Attached = { payload, opened, next, end };
    detach = link.attach(stream);
  }

  return {
    async next() {
      const told = queue.shift();
      if (told) {
        if (!isOver && !detach && queue.length <= settings.maxQueued / 2) attach();
        return { done: false, value: told };
      }
      if (!isOver) return new Promise((resolve, reject) => readers.push({ resolve, reject }));
      const error = failure;
      failure = undefined;
      if (error) throw error;
      return { done: true, value: undefined };
    },
    async return() {
      leave();
      return { done: true, value: undefined };
    },
    begin() {
      if (signal?.aborted) return leave();
      signal?.addEventListener('abort', leave);
      attach();
    },
    end,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
