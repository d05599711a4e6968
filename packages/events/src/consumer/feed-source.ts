import { InternalCallError, type InternalClient } from '@murmuration/service-kit';
import type { Feed } from '../feed/feed.ts';
import type { WirePage, WireSnapshotPage, WireState } from '../feed/wire.ts';

export type FeedRead = ({ status: 'page' } & WirePage) | { status: 'reset' };

/** A producer, as its consumers see it. */
export interface FeedSource {
  read(request: {
    after: string | null;
    limit: number;
    waitMs: number;
    signal: AbortSignal;
  }): Promise<FeedRead>;
  /** Registers the reader: nothing past this place is dropped before it was read. */
  head(): Promise<string>;
  page(aggregate: string, after: string | null, limit: number): Promise<WireSnapshotPage>;
  one(aggregate: string, aggregateId: string): Promise<WireState | null>;
}

/** How much longer than the poll itself its answer may take. */
const answerMs = 5_000;
const snapshotMs = 10_000;

/**
 * A producer behind its signed endpoints. The producer knows this consumer by the client's own name and, for a
 * service that reads the feed more than once, by what for.
 */
export function createFeedSource(client: Pick<InternalClient, 'call'>, purpose?: string): FeedSource {
  return sourceAs(client, purpose === undefined ? {} : { purpose });
}

/**
 * A producer's feed, for a process that watches it while it has use for what happens: the producer keeps nothing for it,
 * and whoever stopped begins again at the head.
 */
export function createFeedWatch(client: Pick<InternalClient, 'call'>): Pick<Feed, 'read' | 'head'> {
  const source = sourceAs(client, { watch: '1' });
  const never = new AbortController().signal;
  return {
    async read({ after, limit, signal = never, waitMs }) {
      const found = await source.read({ after, limit, waitMs, signal });
      return found.status === 'page' ? found : { status: 'reset', because: 'another incarnation' };
    },
    head: () => source.head(),
  };
}

function sourceAs(client: Pick<InternalClient, 'call'>, as: Record<string, string>): FeedSource {
  return {
    async read({ after, limit, waitMs, signal }) {
      const query = new URLSearchParams({ ...as, limit: String(limit), wait: String(waitMs) });
      if (after !== null) query.set('after', after);
      try {
        const page = await client.call<WirePage>({
          method: 'GET',
          path: `/internal/events?${query}`,
          timeoutMs: waitMs + answerMs,
          signal,
        });
        return { status: 'page', ...page };
      } catch (error) {
        if (statusOf(error) === 410) return { status: 'reset' };
        throw error;
      }
    },
    async head() {
      const { cursor } = await client.call<{ cursor: string }>({
        method: 'GET',
        path: `/internal/events/head?${new URLSearchParams(as)}`,
      });
      return cursor;
    },
    page(aggregate, after, limit) {
      const query = new URLSearchParams({ limit: String(limit) });
      if (after !== null) query.set('after', after);
      const path = `/internal/snapshots/${aggregate}?${query}`;
      return client.call({ method: 'GET', path, timeoutMs: snapshotMs });
    },
    async one(aggregate, aggregateId) {
      try {
        const path = `/internal/snapshots/${aggregate}/${encodeURIComponent(aggregateId)}`;
        return await client.call<WireState>({ method: 'GET', path, timeoutMs: snapshotMs });
      } catch (error) {
        // Not the 404 of a route that is missing: that must not pass for an aggregate that is.
        if (statusOf(error) === 404 && isNotFound(error)) return null;
        throw error;
      }
    },
  };
}

function isNotFound(error: unknown): boolean {
  return error instanceof InternalCallError && error.answer.includes('"NOT_FOUND"');
}

function statusOf(error: unknown): number | null {
  return error instanceof InternalCallError ? error.status : null;
}
