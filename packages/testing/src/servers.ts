import { inject } from 'vitest';

/** Where the servers of one worker listen. */
export interface Servers {
  postgresUrl: string;
  redisUrl: string;
}

/**
 * The servers of the worker that runs this file. Files that run at the same time must not share them: a cluster's
 * oldest transaction holds the event feed of every database in it back.
 */
export function servers(): Servers {
  const all = inject('servers');
  const slot = Number(process.env['VITEST_POOL_ID']);
  const own = all[slot - 1];
  if (!own)
    throw new Error(`Worker ${slot} has no servers: the global set-up started them for ${all.length}.`);
  return own;
}
