/** Waits of the migration runner. Its statements have no limit in time: an index over a grown table takes hours. */
export const migrationLimits = {
  /**
   * How long a migration's transaction may wait for one lock. Whoever comes after it for the same table waits
   * behind it, so this is how long a busy table may stand still.
   */
  lockMs: 3_000,
  /** How often a migration that met a held lock is tried, with a pause that doubles between. */
  lockAttempts: 8,
  /** The first pause; the last is 128 times as long. */
  lockPauseMs: 500,
  /**
   * How long a statement outside a transaction may wait. Nobody waits behind it, and it has to outwait
   * whatever transaction was open when it began.
   */
  outsideLockMs: 600_000,
  /** How long to wait for another process that migrates the same database. */
  turnMs: 4 * 3_600_000,
  turnPauseMs: 500,
} as const;

export type MigrationLimits = { [Name in keyof typeof migrationLimits]: number };
