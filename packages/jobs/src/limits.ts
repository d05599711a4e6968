/** What bounds a worker. */
export interface JobLimits {
  /** How long a worker that starts waits for a database that is out of reach, before it ends. */
  startMs: number;
  /** Jobs that one process does at once. */
  concurrency: number;
  /** How often it looks for what has come due; what is enqueued to be done at once wakes it besides. */
  pollMs: number;
  /** How often it says that it lives, and looks for those who do not. */
  heartbeatMs: number;
  /** Who was not heard of for this long is dead: others do its jobs. Whoever only slept does them a second time. */
  silenceMs: number;
  /** How long a stopping worker waits for its jobs before their signal is aborted. */
  stopMs: number;
  /** How often it counts what waits, and removes what was given up long ago. */
  upkeepMs: number;
  /** How long a job that was given up stays to be looked at, or tried again by hand. */
  givenUpDays: number;
}

export const jobLimits: JobLimits = {
  startMs: 60_000,
  concurrency: 4,
  pollMs: 1_000,
  heartbeatMs: 1_000,
  silenceMs: 5_000,
  stopMs: 5_000,
  upkeepMs: 5_000,
  givenUpDays: 7,
};
