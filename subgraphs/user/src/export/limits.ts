/** What bounds exports of accounts; those that a process may be told otherwise are settings in `config.ts`. */
export interface ExportLimits {
  /** Bytes that are gathered for one, before they are compressed: of more there is none. */
  maxBytes: number;
  /** How long one can be fetched from when it is ready. */
  keptHours: number;
  /** One person asks for one at most so often, whatever became of it. */
  everyHours: number;
  /** How often one can be fetched. */
  downloads: number;
  /** Downloads that one process serves side by side. */
  downloadsAtOnce: number;
  /** How long one download may take. */
  downloadMs: number;
  /** Bytes of one piece in the database: what a worker and a download hold in memory. */
  chunkBytes: number;
  /** How long another subgraph may take for a page of what it holds. */
  pageMs: number;
  /** Attempts, each later than the one before: the last of ten is three and a half hours after the first. */
  attempts: number;
}

export const exportLimits: ExportLimits = {
  maxBytes: 1024 ** 3,
  keptHours: 72,
  everyHours: 24,
  downloads: 20,
  downloadsAtOnce: 16,
  downloadMs: 30 * 60_000,
  chunkBytes: 256 * 1024,
  pageMs: 10_000,
  attempts: 10,
};

/** What a setting may say at most: clients are told the size as an `Int`. */
export const mostBytes = 2 ** 31 - 1;
