import { LiveError } from './errors.ts';
import type { Link, LiveStatus, Token, Transport, WebSocketConstructor } from './link.ts';
import { type LiveListener, listenTo } from './listen.ts';
import type { LiveOperation } from './operation.ts';
import { type LiveSettings, liveSettings } from './settings.ts';
import { overWebSocket } from './socket-link.ts';
import { type LiveStream, createStream } from './stream.ts';

export interface LiveClientOptions {
  /** `wss://…/graphql`; `https://…/graphql` over server-sent events. */
  url: string;
  /** One websocket for all streams by default. */
  transport?: Transport;
  /** The access token, or what gives it; an anonymous reader has none. */
  token?: string | Token;
  settings?: Partial<LiveSettings>;
  /** For a banner that says so. */
  onStatus?: (status: LiveStatus) => void;
  /** Where `online` and `offline` are told; the page, by default. */
  hints?: Hints | null;
  /** Where there is none by itself: Node before 22. */
  WebSocket?: WebSocketConstructor;
}

/** What is used of an `EventTarget`. */
export interface Hints {
  addEventListener(type: 'online' | 'offline', listener: () => void): void;
  removeEventListener(type: 'online' | 'offline', listener: () => void): void;
}

type EventOf<Result> = Result[keyof Result];

/** One person's connection to what is live. Another person needs another client. */
export interface LiveClient {
  /** A stream to be read by `for await`; leaving the loop ends it. Throws `LiveError` in the loop when it cannot go on. */
  subscribe<
    Result = Record<string, { __typename: string }>,
    Variables extends object = Record<string, unknown>,
  >(operation: LiveOperation<Result, Variables>): LiveStream<EventOf<Result>>;
  /** The same, told to functions. Returns what ends it. */
  listen<Result = Record<string, { __typename: string }>, Variables extends object = Record<string, unknown>>(
    operation: LiveOperation<Result, Variables>,
    listener: LiveListener<EventOf<Result>>,
  ): () => void;
  /** Ends all streams with `CLOSED`. */
  close(): void;
}

/** Opens no connection before there is something to subscribe to. */
export function createLiveClient(options: LiveClientOptions): LiveClient {
  const settings: LiveSettings = { ...liveSettings, ...options.settings };
  const { hints = pageHints(), token = null } = options;
  const open = new Set<{ end(error: LiveError): void }>();
  let isClosed = false;
  const { transport = overWebSocket } = options;
  const link: Link = transport({
    url: options.url,
    token: typeof token === 'function' ? token : () => token,
    settings,
    onStatus: options.onStatus ?? (() => undefined),
    WebSocket: options.WebSocket,
  });
  const onOnline = () => link.hint(true);
  const onOffline = () => link.hint(false);
  hints?.addEventListener('online', onOnline);
  hints?.addEventListener('offline', onOffline);

  const subscribe: LiveClient['subscribe'] = (operation) => {
    const stream = createStream(link, operation as LiveOperation, settings, () => open.delete(stream));
    if (isClosed) stream.end(closed());
    else if (open.size >= settings.maxStreams)
      stream.end(new LiveError('TOO_MANY_STREAMS', `At most ${settings.maxStreams} at a time.`));
    else {
      open.add(stream);
      stream.begin();
    }
    return stream as never;
  };

  return {
    subscribe,
    listen(operation, listener) {
      const stream = subscribe(operation);
      void listenTo(stream, listener);
      return () => void stream.return();
    },
    close() {
      isClosed = true;
      hints?.removeEventListener('online', onOnline);
      hints?.removeEventListener('offline', onOffline);
      for (const stream of open) stream.end(closed());
      link.close();
    },
  };
}

function closed(): LiveError {
  return new LiveError('CLOSED', 'This client was closed.');
}

/** A browser's window tells when the network comes and goes; other runtimes may have none. */
function pageHints(): Hints | null {
  return 'addEventListener' in globalThis ? (globalThis as unknown as Hints) : null;
}
