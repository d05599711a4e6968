import pg from 'pg';

export interface ProjectionLock {
  /** From here on the worker projects nothing: each of its commits waits. */
  hold(): Promise<void>;
  release(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Holds the projection of the timelines up by the lock that every commit of it needs. Of all locks that do, this one takes
 * no transaction number, which would hold up the feeds instead; and nobody who reads needs it.
 */
export async function openProjectionLock(timelineUrl: string): Promise<ProjectionLock> {
  const client = new pg.Client({ connectionString: timelineUrl, application_name: 'projection-lock' });
  await client.connect();
  return {
    async hold() {
      await client.query('BEGIN');
      await client.query('LOCK TABLE timeline_head IN SHARE MODE');
    },
    release: async () => void (await client.query('COMMIT')),
    close: () => client.end(),
  };
}
