import { setTimeout as sleep } from 'node:timers/promises';
import type { Member } from '@murmuration/testing';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

const updates = `subscription ($after: String) { homeTimelineUpdates(after: $after) {
  __typename cursor ... on PostAdded { edge { node { id text } } } ... on Reset { reason } } }`;

interface Update {
  __typename: string;
  cursor: string;
  edge?: { node: { id: string } | null };
}

export interface Watch {
  /** Ids of the posts that came, in order, after dropping what came again under a cursor already seen. */
  posts: string[];
  /** Events that came again. */
  repeated: number;
  /** How often a socket was opened. */
  sockets: number;
  /** How often the stream itself ended and was opened again. */
  reopened: number;
  /** Everything that must not happen: resets, events without a post. */
  wrong: string[];
  stop(): Promise<void>;
}

/** Watches a home as an app does: one socket, opened again when it closes, behind the last event seen. */
export function watchHome(url: string, member: Pick<Member, 'accessToken'>, after: string): Watch {
  const watch = { posts: [] as string[], repeated: 0, sockets: 0, reopened: 0, wrong: [] as string[] };
  const seen = new Set<string>();
  const resume = { after };
  const over = new AbortController();
  const client = createClient({
    url: url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${member.accessToken}` },
    lazy: false,
    retryAttempts: 100,
    shouldRetry: () => true,
    retryWait: () => sleep(50 + Math.random() * 200),
    on: { connected: () => void (watch.sockets += 1) },
  });

  function take(update: Update): void {
    if (seen.has(update.cursor)) {
      watch.repeated += 1;
      return;
    }
    seen.add(update.cursor);
    resume.after = update.cursor;
    const id = update.edge?.node?.id;
    if (update.__typename === 'PostAdded' && id) watch.posts.push(id);
    else watch.wrong.push(JSON.stringify(update));
  }

  async function follow(): Promise<void> {
    while (!over.signal.aborted) {
      // The same object at every attempt: graphql-ws sends it again, with the cursor of then.
      const stream = client.iterate<{ homeTimelineUpdates: Update }>({ query: updates, variables: resume });
      try {
        for await (const { data, errors } of stream) {
          if (data) take(data.homeTimelineUpdates);
          else watch.wrong.push(JSON.stringify(errors));
        }
      } catch (error) {
        if (!over.signal.aborted) watch.wrong.push(JSON.stringify(error));
      }
      if (!over.signal.aborted) watch.reopened += 1;
      await sleep(50);
    }
  }

  const following = follow();
  return Object.assign(watch, {
    async stop() {
      over.abort();
      await client.dispose();
      await following;
    },
  });
}
