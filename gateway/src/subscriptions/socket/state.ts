import type { WebSocket } from 'ws';
import type { LiveCaller } from '../caller.ts';
import { type CloseName, closeCodes } from '../close-codes.ts';

/** What is known of one open socket. */
export interface SocketState {
  /** Begins the request ids of everything that happens on it. */
  readonly id: string;
  /** The client's, by which anonymous callers are told apart. */
  readonly address: string;
  /** Value of the upgrade's `Authorization`; what `connection_init` brings goes before it. */
  readonly upgradeAuthorization: string | undefined;
  readonly caller: LiveCaller;
  /** Positions of this socket's own writes, by subgraph: later reads on it see them. */
  readonly positions: Map<string, string>;
  /** Aborted when the socket is closed. */
  readonly abort: AbortController;
  /** Subscriptions that run on it now. */
  readonly running: Set<string>;
  /** How many operations it has begun. */
  started: number;
  close(name: CloseName, reason: string): void;
}

/** Closes by name; a second close is nobody's news. */
export function closeBy(socket: WebSocket, name: CloseName, reason: string): void {
  if (socket.readyState === socket.OPEN) socket.close(closeCodes[name], reason);
}
