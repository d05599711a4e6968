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
  /** Connections that stay, sockets and streams together, from one address (of IPv6: one /64). */
  maxPerNetwork: 5_000,
  /** The same of one person. */
  maxSocketsPerPerson: 100,
  /** Messages of one socket, after twice as many at once; one more closes it. */
  maxMessagesPerSecond: 100,
  /** Our pings; a socket that has not answered by the next one is dead. */
  pingMs: 12_000,
  /** Subscriptions of this process; one more is refused. */
  maxStreams: 50_000,
  /** Subscriptions from one address (of IPv6: one /64), on however many connections. */
  maxStreamsPerNetwork: 20_000,
  /** The same of one person. */
  maxStreamsPerPerson: 500,
  /** Events of one subscription that wait for a client to read. */
  maxQueuedEvents: 500,
  /** Events of one subscription whose other subgraphs are asked at a time. */
  restConcurrency: 32,
  /** The same for all subscriptions of this process together: less than the executor's bulkhead lets through. */
  maxRunningRests: 128,
  /**
   * An event is believed for so long after its owner looked who may be told: then it is not completed for its whole audience
   * any more, and comes from its owner once more before it is told.
   */
  believedForMs: 500,
  /** Where everything is slow it is believed twice as long each time; as long as at first again when a stream kept up for this. */
  calmAfterMs: 10_000,
  /** Viewers of one event for whom a subgraph is asked in one request. */
  maxViewersPerFetch: 1_000,
  /** So many viewers' events, taken together, are completed at a time so many times. */
  maxRunningCrowds: 4,
  /** Of those whom a subgraph does not answer in one request, so many are asked for at a time. */
  maxAskedApart: 32,
  /** What an event names may be away for so long; then the subscription ends before that event. */
  eventMaxWaitMs: 30_000,
  /** Wait before an event is completed again, doubled each time up to `eventMostRetryMs`. */
  eventRetryMs: 50,
  eventMostRetryMs: 1_000,
  /** After a reload subscriptions change over to the new supergraph within this time, each at its own moment. */
  changeWithinMs: 60_000,
  /** Events to one socket are written together when they come closer to each other than this. */
  writePauseMs: 40,
  /** What may wait in a socket's own buffer before its events wait in theirs. */
  maxBufferedBytes: 256 * 1024,
  /** A message that the client has not taken by then closes the socket. */
  maxStalledMs: 15_000,
} as const;

export type LiveLimits = { [Name in keyof typeof liveLimits]: number };
