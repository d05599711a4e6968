import { createLanes, laneLimits } from './lanes.ts';
import { createPool, type PoolOptions } from './pool.ts';

/** A statement whose text never changes: each connection parses and plans it once, under its name. */
export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
}

/** Runs the few statements that nearly every read of the graph needs. */
export interface PreparedReads {
  query<Row extends object>(statement: PreparedStatement, values: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

interface ReadOptions extends Pick<PoolOptions, 'url' | 'applicationName'> {
  /** Called for every statement answered, for metrics and tests. */
  onStatement?: (statement: { sql: string; durationMs: number }) => void;
}

/**
 * A way past the ORM for measured hot paths, with connections of its own. Reading 20 posts with counts and
 * the viewer's state cost 1.75 ms of Postgres and 0.9 ms of Node as three raw ORM statements, since each was
 * parsed and planned, for all partitions, every time. See docs/performance.md.
 */
export function createPreparedReads(options: ReadOptions): PreparedReads {
  const pool = createPool({
    url: options.url,
    poolSize: laneLimits.connections,
    isPipelined: true,
    plansOnce: true,
    applicationName: `${options.applicationName ?? 'murmuration'} reads`,
  });
  const lanes = createLanes(pool);
  const { onStatement } = options;
  return {
    async query<Row extends object>({ name, text }: PreparedStatement, values: readonly unknown[]) {
      const startedAtMs = performance.now();
      try {
        return (await lanes.query<Row>({ name, text, values: values as unknown[] })).rows;
      } finally {
        onStatement?.({ sql: text, durationMs: performance.now() - startedAtMs });
      }
    },
    async close() {
      await lanes.close();
      await pool.end();
    },
  };
}
