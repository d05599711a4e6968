import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export { Counter, Gauge, Histogram };

/** The one registry of this process. */
export const metrics = new Registry();
collectDefaultMetrics({ register: metrics });

const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** SQL statements by database; the statement-count test and the benches read it. */
export const sqlStatements = new Counter({
  name: 'sql_statements_total',
  help: 'SQL statements sent',
  labelNames: ['database'],
  registers: [metrics],
});

export const sqlDuration = new Histogram({
  name: 'sql_statement_duration_seconds',
  help: 'Time of a SQL statement, as the client sees it',
  labelNames: ['database'],
  buckets: durationBuckets,
  registers: [metrics],
});

export const redisCommands = new Counter({
  name: 'redis_commands_total',
  help: 'Redis commands sent',
  labelNames: ['purpose'],
  registers: [metrics],
});

/** 0 while the connection cannot be used: answers then come from the databases. */
export const redisConnected = new Gauge({
  name: 'redis_connected',
  help: 'Whether a connection to Redis can be used',
  labelNames: ['purpose'],
  registers: [metrics],
});

/** A process stays ready while it is 0: see `watchDependencies`. */
export const dependencyUp = new Gauge({
  name: 'dependency_up',
  help: 'Whether what the process depends on answered when it was looked at last',
  labelNames: ['dependency'],
  registers: [metrics],
});

/** When a chore came to its end last. It begins with the start, so that one that never does is seen. */
export const choreSuccess = new Gauge({
  name: 'chore_last_success_timestamp_seconds',
  help: 'When a periodic chore was done last',
  labelNames: ['chore'],
  registers: [metrics],
});

export const operationDuration = new Histogram({
  name: 'graphql_operation_duration_seconds',
  help: 'Time of a GraphQL operation in this process',
  labelNames: ['service', 'operation', 'outcome'],
  buckets: durationBuckets,
  registers: [metrics],
});

export interface BoundLabels<Label extends string> {
  (...values: string[]): Histogram.Internal<Label>;
  /** Drops what was observed under these values. */
  forget(...values: string[]): void;
}

/**
 * A histogram whose labels are looked up once for each combination: by name, for every request, the look-up
 * costs more than the observation. The values must be bounded, see `createBoundedLabel`.
 */
export function bindLabels<Label extends string>(histogram: Histogram<Label>): BoundLabels<Label> {
  const bound = new Map<string, Histogram.Internal<Label>>();
  const labels = (...values: string[]) => {
    const key = values.join('\n');
    let known = bound.get(key);
    if (!known) bound.set(key, (known = histogram.labels(...values)));
    return known;
  };
  const forget = (...values: string[]) => {
    if (bound.delete(values.join('\n'))) histogram.remove(...values);
  };
  return Object.assign(labels, { forget });
}

/** Long polls of event feeds are among them: read those by their route. */
export const internalCallDuration = new Histogram({
  name: 'internal_call_duration_seconds',
  help: 'Time of a signed call to another service',
  labelNames: ['service', 'route', 'outcome'],
  buckets: durationBuckets,
  registers: [metrics],
});

/** What a scale-out of live services goes by. */
export const liveSockets = new Gauge({
  name: 'live_sockets',
  help: 'Open websockets',
  labelNames: ['service'],
  registers: [metrics],
});

export const envelopeRefusals = new Counter({
  name: 'envelope_refusals_total',
  help: 'Requests refused because they were not signed as they must be',
  labelNames: ['service', 'because'],
  registers: [metrics],
});

/** The `onStatement` of a database client, counting for its metrics. */
export function countStatements(database: string): (statement: { durationMs: number }) => void {
  const statements = sqlStatements.labels(database);
  const duration = sqlDuration.labels(database);
  return ({ durationMs }) => {
    statements.inc();
    duration.observe(durationMs / 1_000);
  };
}

/** Call what it returns each time the chore is done. */
export function watchChore(chore: string): () => void {
  const done = choreSuccess.labels(chore);
  done.setToCurrentTime();
  return () => done.setToCurrentTime();
}
