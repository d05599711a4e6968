import type { WebSocket } from 'ws';
import type { LiveCaller } from '../caller.ts';
import type { Outbox } from './outbox.ts';
import { type CloseName, closeCodes } from '../close-codes.ts';

/** What is known of one open socket. */
export interface SocketState {
  /** Begins the request ids of everything that happens on it. */
  readonly id: string;
  /** The client's, by which anonymous callers are told apart. */
  readonly address: string;
  /** What the client said of itself when it came. */
  readonly agent: string | undefined;
  /** Value of the upgrade's `Authorization`; what `connection_init` brings goes before it. */
  readonly upgradeAuthorization: string | undefined;
  readonly caller: LiveCaller;
  /** Positions of this socket's own writes, by subgraph: later reads on it see them. */
  readonly positions: Map<string, string>;
  /** What runs for it now: aborted when the client completes it or the socket is closed. */
  readonly running: Set<AbortController>;
  /** How many operations it has begun. */
  started: number;
  /** Sends a result of an operation. Resolves, or is nothing, when more may be sent. */
  readonly tell: Outbox['tell'];
  close(name: CloseName, reason: string): void;
  onClosed(callback: () => void): void;
}

/** Closes by name; a second close is nobody's news. */
export function closeBy(socket: WebSocket, name: CloseName, reason: string): void {
  if (socket.readyState === socket.OPEN) socket.close(closeCodes[name], reason);
}
