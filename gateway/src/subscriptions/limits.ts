/** Limits of live connections by name; each can be set (README.md). */
export const liveLimits = {
  /** A socket that has not said `connection_init` by then is closed. */
  connectionInitWaitMs: 3_000,
  /** Operations running on one socket at a time. */
  maxSubscriptionsPerSocket: 100,
  /** A longer message closes the socket. */
  maxMessageBytes: 128 * 1024,
  /** Sockets of this process; the next upgrade is answered 503. */
  maxSockets: 20_000,
  /** Our pings; a socket that has not answered by the next one is dead. */
  pingMs: 12_000,
  /** Events of one subscription that wait for a client to read. */
  maxQueuedEvents: 500,
  /** Events of one subscription whose other subgraphs are asked at a time. */
  restConcurrency: 8,
  /** The same for all subscriptions of this process together: less than the executor's bulkhead lets through. */
  maxRunningRests: 128,
  /** After a reload subscriptions change over to the new supergraph within this time, each at its own moment. */
  changeWithinMs: 60_000,
  /** A message that the client has not taken by then closes the socket. */
  maxStalledMs: 15_000,
} as const;

export type LiveLimits = { [Name in keyof typeof liveLimits]: number };
