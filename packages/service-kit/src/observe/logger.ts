import { type Logger, pino } from 'pino';

export type { Logger };

/** Keys whose values are never written, at any depth the serialisers reach. */
const secretKeys = ['password', 'accessToken', 'refreshToken', 'authorization', 'cookie', 'email', 'secret'];

/** JSON logs to standard output, each line with the process's name. */
export function createLogger(name: string, level = 'info'): Logger {
  return pino({
    name,
    level,
    base: { name },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: secretKeys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]),
      censor: '[redacted]',
    },
  });
}
