import { type DestinationStream, type Logger, pino } from 'pino';
import { traceIds } from './tracing/tracing.ts';

export type { Logger };

/** Keys whose values are never written, at any depth the serialisers reach. */
const secretKeys = [
  'password',
  'accessToken',
  'refreshToken',
  'authorization',
  'cookie',
  'email',
  'secret',
  // Of a Postgres error: it quotes the row.
  'detail',
];

/**
 * JSON logs, each line with the process's name and, inside a trace, its ids.
 * @param destination standard output unless told otherwise
 */
export function createLogger(name: string, level = 'info', destination?: DestinationStream): Logger {
  const options = {
    name,
    level,
    base: { name },
    mixin: traceIds,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: secretKeys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]),
      censor: '[redacted]',
    },
  };
  return destination ? pino(options, destination) : pino(options);
}
