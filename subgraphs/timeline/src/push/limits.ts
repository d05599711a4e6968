/** Thresholds of telling people on their devices; a process may be told others of some (see config.ts). */
export const pushLimits = {
  /** Devices that one person is told on; another one takes the place of the one that was not heard of for longest. */
  endpointsPerPerson: 10,
  /** An endpoint that its device did not register anew for so long is forgotten, as a session is that nobody continues. */
  endpointDays: 30,
  /** Characters of an endpoint's address. */
  addressCharacters: 2_000,
  /** What many do to the same within so long after the first of them is brought together. */
  gatherMs: 2_000,
  /** A notification that grew after it was brought is brought again no sooner. */
  againMs: 15 * 60_000,
  /** What grew longer ago is not brought any more, and a provider keeps it for no longer. */
  lifeMs: 24 * 3_600_000,
  /** Messages to one device within an hour; more are left to be found in the list. */
  perHour: 60,
  /** Tries of one message, and how long it rests before the second one: twice as long after each further, at most so long. */
  tries: 8,
  restMs: 5_000,
  mostRestMs: 15 * 60_000,
  /** A provider that asks for more time gets no more than this. */
  mostRetryAfterMs: 3_600_000,
  /** How long a provider may take to answer, and how much of its answer is read. */
  timeoutMs: 10_000,
  answerBytes: 16 * 1_024,
  /** Connections to one provider of one process. */
  connections: 4,
  /** Messages that one process sends side by side. */
  jobs: 4,
  /** Characters of a post's text, and people who are named. */
  textCharacters: 300,
  namedPeople: 3,
  /** Rows that one statement of the housekeeping removes or wraps anew. */
  rowsAtOnce: 500,
} as const;

export type PushLimits = { readonly [Name in keyof typeof pushLimits]: number };
