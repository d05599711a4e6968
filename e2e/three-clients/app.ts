import type { Road, StoreClient } from './client.ts';
import type { LiveEvent, MutationName, Row, SubscriptionName } from './operations.ts';

/** An app with the home timeline on its screen. */
export interface App {
  name: string;
  /** Reads the first page, and hears what happens to it from there on. */
  open(pageSize: number): Promise<void>;
  /** Reads a page more, if there is one. */
  loadOlder(): Promise<void>;
  hasOlder(): boolean;
  /** Hears what becomes of the posts that are shown now. */
  watchShown(): void;
  shown(): Row[];
  /** Whether it waits for an answer. */
  isReading(): boolean;
  act(name: MutationName, id: string): Promise<void>;
  /** The socket is cut, and nothing is heard until `goOnline`. */
  goOffline(): void;
  /** Hears on behind the last cursors. */
  goOnline(): void;
  /** Subscriptions that were told something, so that they have a cursor. */
  heard(): SubscriptionName[];
  /** What nobody expected. */
  readonly failures: unknown[];
  close(): Promise<void>;
}

interface Feed {
  open(after: string | null, variables?: Record<string, unknown>): void;
  leave(): void;
  goOn(): void;
  cursor(): string | null;
}

/** What an app does whatever its library is: it pages, keeps the cursors of its feeds, and fetches again when it is told to. */
export function createApp(client: StoreClient, { bring, socket }: Pick<Road, 'bring' | 'socket'>): App {
  const failures: unknown[] = [];
  let isOnline = true;
  let pageSize = 0;
  let pageInfo: { hasNextPage: boolean; endCursor: string | null } = { hasNextPage: false, endCursor: null };
  let work: Promise<unknown> = Promise.resolve();
  let reads = 0;
  const feeds: Record<SubscriptionName, Feed> = {
    HomeLiveSubscription: createFeed('HomeLiveSubscription'),
    ViewerLiveSubscription: createFeed('ViewerLiveSubscription'),
    PostsLiveSubscription: createFeed('PostsLiveSubscription'),
  };

  function createFeed(name: SubscriptionName): Feed {
    let cursor: string | null = null;
    let variables: Record<string, unknown> | undefined;
    let leave: (() => void) | undefined;
    function goOn(): void {
      if (!variables) return;
      leave = client.subscribe(
        name,
        { ...variables, after: cursor },
        {
          event(event) {
            cursor = event.cursor;
            hear(event);
          },
          over(failure) {
            if (isOnline) failures.push(name, failure);
          },
        },
      );
    }
    return {
      open(after, more = {}) {
        leave?.();
        cursor = after;
        variables = more;
        goOn();
      },
      leave: () => leave?.(),
      goOn,
      cursor: () => cursor,
    };
  }

  /** One step after the other: a page that is read again must not meet one that is read besides. */
  function inTurn<T>(step: () => Promise<T>): Promise<T> {
    const next = work.then(step);
    work = next.catch((failure: unknown) => failures.push(failure));
    return next;
  }

  /** Reads as much again as is shown, and hears on from there: what was told before is in it. */
  async function reload(): Promise<void> {
    feeds.HomeLiveSubscription.leave();
    reads++;
    const { homeTimeline } = await client
      .load(Math.max(pageSize, client.shown().length), null)
      .finally(() => reads--);
    pageInfo = homeTimeline.pageInfo;
    feeds.HomeLiveSubscription.open(homeTimeline.liveCursor);
  }

  function hear(event: LiveEvent): void {
    // Who is followed brings their posts along, of which nothing is told one by one.
    if (event.__typename === 'RelationChanged') bring(event.position);
    const isFollow = event.__typename === 'RelationChanged' && event.user?.viewerRelation?.isFollowing;
    if (isFollow || event.__typename === 'Reset') inTurn(reload).catch(() => undefined);
  }

  return {
    name: client.name,
    failures,
    shown: client.shown,
    isReading: () => reads > 0,
    hasOlder: () => pageInfo.hasNextPage,
    open(size) {
      pageSize = size;
      feeds.ViewerLiveSubscription.open(null);
      return inTurn(reload);
    },
    loadOlder: () =>
      inTurn(async () => {
        if (!pageInfo.hasNextPage) return;
        ({ pageInfo } = (await client.load(pageSize, pageInfo.endCursor)).homeTimeline);
      }),
    watchShown: () =>
      feeds.PostsLiveSubscription.open(feeds.PostsLiveSubscription.cursor(), {
        ids: client.shown().map(({ id }) => id),
      }),
    async act(name, id) {
      await client.mutate(name, id);
      if (name === 'FollowMutation') await inTurn(reload);
    },
    heard: () => (Object.keys(feeds) as SubscriptionName[]).filter((name) => feeds[name].cursor() !== null),
    goOffline() {
      isOnline = false;
      socket.terminate();
    },
    goOnline() {
      for (const feed of Object.values(feeds)) feed.leave();
      isOnline = true;
      for (const feed of Object.values(feeds)) feed.goOn();
    },
    async close() {
      isOnline = false;
      for (const feed of Object.values(feeds)) feed.leave();
      client.close();
      await socket.dispose();
    },
  };
}
