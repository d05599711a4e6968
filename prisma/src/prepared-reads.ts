import pg from 'pg';
import { bigintTypes } from './bigint-types.ts';
import { type ClientOptions, clientPoolDefaults } from './client-options.ts';
import { createLanes, readPoolSize } from './lanes.ts';

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

type ReadOptions = Pick<ClientOptions, 'url' | 'applicationName' | 'onStatement'>;

/**
 * A way past the ORM for measured hot paths, with connections of its own. Reading 20 posts with counts and
 * the viewer's state cost 1.75 ms of Postgres and 0.9 ms of Node as three raw ORM statements, since each was
 * parsed and planned, for all partitions, every time. See docs/performance.md.
 */
export function createPreparedReads(options: ReadOptions): PreparedReads {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: readPoolSize,
    pipeline: true,
    connectionTimeoutMillis: clientPoolDefaults.connectionTimeoutMs,
    statement_timeout: clientPoolDefaults.statementTimeoutMs,
    application_name: `${options.applicationName ?? 'murmuration'} reads`,
    // Planning for every partition costs more than it gains; partitions are left alone at execution.
    options: '-c plan_cache_mode=force_generic_plan',
    types: bigintTypes,
  });
  // An idle connection that breaks is replaced at the next use; without a listener it would end the process.
  pool.on('error', () => undefined);
  const lanes = createLanes(pool, readPoolSize);
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

/** The ORM's client with `$reads` beside it, closed together. */
export function withReads<Client extends { $disconnect(): Promise<void> }>(
  client: Client,
  options: ClientOptions,
): Client & { $reads: PreparedReads } {
  const $reads = createPreparedReads(options);
  const disconnect = client.$disconnect.bind(client);
  return Object.assign(client, {
    $reads,
    $disconnect: async () => void (await Promise.all([disconnect(), $reads.close()])),
  });
}
