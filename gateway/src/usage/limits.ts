/** What bounds the memory and the work of reporting, whatever clients send and however long the registry is away. */
export const usageLimits = {
  /** From one report to the next, about. */
  reportMs: 30_000,
  /** Operations of one report; calls of others are counted as lost. */
  operations: 2_000,
  /** Pairs of an operation and a client of one report; calls of others are counted as lost. */
  uses: 10_000,
  /** Characters of the texts of one report. */
  characters: 1_000_000,
  /** Characters of one text; calls of a longer one are counted as lost. */
  documentLength: 100_000,
  /** Characters of an operation's name; calls of one with a longer name are counted as lost. The contract names it. */
  nameLength: 256,
  /**
   * Bytes of the operations and uses of one report; calls that no longer fit are counted as lost. The registry reads 2 MiB
   * (`USAGE_BODY_BYTES`), and refuses whole what is larger.
   */
  reportBytes: 2_000_000,
  /** Operations that wait to be written down; calls of others are counted as lost. */
  waiting: 200,
  /** Clients by name and version of one report; others are `other`. */
  clients: 200,
  /** Characters of a client's name and of its version. */
  clientLength: 64,
  /** For one answer of the registry. */
  sendMs: 5_000,
  /** For the last report of a process that stops. */
  lastSendMs: 1_500,
  /** Of the registry's answer, which may name every operation of a report. */
  answerBytes: 256 * 1024,
  /** Between attempts, doubled each time from the time between reports. */
  longestBackOffMs: 5 * 60_000,
} as const;

/** Upper bounds of the latency buckets in milliseconds; a last bucket takes what is slower. The contract names them. */
export const latencyBoundsMs = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000] as const;
