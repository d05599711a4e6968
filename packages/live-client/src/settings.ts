/** Limits of a live client by name; each can be set. Times in milliseconds. */
export const liveSettings = {
  /** Upper bound of the first wait before connecting again; doubled each time. What is waited is any part of it. */
  firstWaitMs: 500,
  /** The bound grows no further than this. */
  longestWaitMs: 30_000,
  /** A connection that held for so long was a good one: the next wait is a first one again. */
  steadyMs: 10_000,
  /** From asking the app for its token until the server has let the connection in. */
  connectWaitMs: 10_000,
  /** After so much silence the server is asked whether it is still there… */
  pingMs: 20_000,
  /** …and after so much more it is given up. */
  pongWaitMs: 5_000,
  /** At least so much lies between two fresh tokens of one connection. */
  refreshGapMs: 1_000,
  /** Without a connection for so long, streams end with `UNREACHABLE`. Never, by default. */
  giveUpAfterMs: Number.POSITIVE_INFINITY,
  /** A connection that carries no stream is closed after this. */
  idleMs: 1_000,
  /** Events of one stream that wait for the app; with more it pauses, and continues by its cursor. */
  maxQueued: 1_000,
  /** Events of one stream that are known again when they come twice. */
  maxRemembered: 200,
  /** Streams of one client; one more ends with `TOO_MANY_STREAMS`. The gateway takes as many a socket. */
  maxStreams: 100,
} as const;

export type LiveSettings = { readonly [Name in keyof typeof liveSettings]: number };
