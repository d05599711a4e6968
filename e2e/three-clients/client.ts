import { type Client as Socket, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Home, LiveEvent, MutationName, Row, SubscriptionName } from './operations.ts';

/** A client library with its own normalised store, which what is loaded, done and told changes as its documentation says. */
export interface StoreClient {
  name: string;
  /** Reads edges into the store: without `after` in place of all that it has, else behind them. */
  load(first: number, after: string | null): Promise<Home>;
  /** The list as the store has it. */
  shown(): Row[];
  mutate(name: MutationName, id: string): Promise<void>;
  /** Opens a subscription; returns what ends it. */
  subscribe(name: SubscriptionName, variables: Record<string, unknown>, sink: EventSink): () => void;
  close(): void;
}

export interface EventSink {
  event(event: LiveEvent): void;
  over(failure?: unknown): void;
}

/** How a client reaches the graph. */
export interface Road {
  url: string;
  fetch: typeof fetch;
  socket: Socket;
  /** What is asked from now on shows what an event told that has this position. */
  bring(position: string | null): void;
}

/**
 * Speaks for one session, which reads what it wrote, and what it was told that another device wrote: the last
 * `Graph-Position` of an answer and the last `position` of an event go along with what is asked next.
 */
export function createRoad(url: string, accessToken: string): Road {
  const authorization = `Bearer ${accessToken}`;
  let written: string | null = null;
  let told: string | null = null;
  return {
    url,
    bring(position) {
      told = position ?? told;
    },
    socket: createClient({
      url: url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      connectionParams: { authorization },
      // It would subscribe again with the cursor of the first time.
      retryAttempts: 0,
    }),
    async fetch(input, init) {
      const headers = new Headers(init?.headers);
      headers.set('authorization', authorization);
      const brought = [written, told].filter((position) => position !== null);
      if (brought.length > 0) headers.set('graph-position', brought.join(','));
      const answer = await fetch(input, { ...init, headers });
      written = answer.headers.get('graph-position') ?? written;
      return answer;
    },
  };
}

/** @throws Error with what the person could do something about */
export function refuseErrors(data: unknown): void {
  const [payload] = Object.values((data ?? {}) as Record<string, { errors: { message: string }[] }>);
  if (!payload || payload.errors.length > 0) throw new Error(JSON.stringify(payload));
}
