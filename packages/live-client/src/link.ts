import type { LiveError } from './errors.ts';
import type { Payload, Result } from './operation.ts';
import type { LiveSettings } from './settings.ts';

/**
 * The app's access token, without `Bearer`; null is an anonymous reader. Asked for at each connection and whenever one runs
 * out. `isStale`: the one given last is not good any more. To throw is to be asked again later.
 */
export type Token = (asked: { isStale: boolean }) => string | null | Promise<string | null>;

/** `waiting`: cut off, and about to connect again. */
export type LiveStatus = 'idle' | 'connecting' | 'open' | 'waiting';

export interface LinkOptions {
  readonly url: string;
  readonly token: Token;
  readonly settings: LiveSettings;
  readonly onStatus: (status: LiveStatus) => void;
  readonly WebSocket: WebSocketConstructor | undefined;
}

/** A stream, as a link sees it. */
export interface Attached {
  /** What to ask the server for now: each time it is connected to, behind the last event. */
  payload(): Payload;
  /** The server was asked; where a request was refused it was not. */
  opened(): void;
  /** A result with data. */
  next(result: Result): void;
  /** Nothing more comes; without an error the server said that it is complete. */
  end(error?: LiveError): void;
}

/** Carries streams over one transport and keeps them going: connects, waits, connects again. */
export interface Link {
  /** Returns what leaves again. */
  attach(stream: Attached): () => void;
  /** A hint that the network is there (try now) or is not (ask the server). */
  hint(isOnline: boolean): void;
  /** Its streams have ended: it lets go of its connections at once. */
  close(): void;
}

/** How streams travel: `overWebSocket`, `overServerSentEvents`. */
export type Transport = (options: LinkOptions) => Link;

/** What is used of a `WebSocket`. */
export interface WebSocketLike {
  readonly readyState: number;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number; reason: string }) => void): void;
  send(data: string): void;
  close(code?: number, reason?: string): void;
}

export type WebSocketConstructor = new (url: string, protocols: string) => WebSocketLike;
