import { z } from 'zod';
import { parseInternalKeys } from './internal-keys.ts';
import { parseSecretList } from './secret-list.ts';

/** Builders of settings that several processes share, so that one name means one thing everywhere. */
export const setting = {
  /** A port; 0 lets the system choose. */
  port: (fallback?: number) => withDefault(z.coerce.number().int().min(0).max(65_535), fallback),
  /** Address to listen on. Loopback unless told otherwise. */
  host: () => z.string().default('127.0.0.1'),
  integer: (fallback: number, minimum = 0) => z.coerce.number().int().min(minimum).default(fallback),
  boolean: (fallback: boolean) =>
    z
      .enum(['true', 'false', '1', '0'])
      .transform((text) => text === 'true' || text === '1')
      .default(fallback),
  url: (...protocols: string[]) =>
    z.string().refine(
      (text) => {
        const url = URL.parse(text);
        return url !== null && (protocols.length === 0 || protocols.includes(url.protocol.slice(0, -1)));
      },
      `must be a URL${protocols.length ? ` (${protocols.join(', ')})` : ''}`,
    ),
  postgresUrl: () => setting.url('postgres', 'postgresql'),
  redisUrl: () => setting.url('redis', 'rediss'),
  httpUrl: () => setting.url('http', 'https').transform((text) => text.replace(/\/$/, '')),
  list: () =>
    z
      .string()
      .default('')
      .transform((text) => text.split(',').flatMap((part) => part.trim() || [])),
  /** `host:port,…`; the port may not be left out. */
  hosts: () => setting.list().transform((parts, context) => parts.flatMap((part) => hostOf(part, context))),
  text: (fallback?: string) => withDefault(z.string(), fallback),
  logLevel: () => z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  /** `INTERNAL_KEYS`: see {@link parseInternalKeys}. */
  internalKeys: () => parsed(parseInternalKeys),
  /** Secrets of which the first makes and all are accepted: see {@link parseSecretList}. */
  secretList: () => parsed(parseSecretList),
  /** A text that a function reads; what it throws is the problem that is reported. */
  parsed,
} as const;

function parsed<Value>(parse: (text: string) => Value) {
  return z.string().transform((text, context) => {
    try {
      return parse(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
      return z.NEVER;
    }
  });
}

function hostOf(part: string, context: z.RefinementCtx): { host: string; port: number } | [] {
  const { hostname = '', port = '' } = URL.parse(`redis://${part}`) ?? {};
  if (hostname && Number(port) > 0 && /:\d+$/.test(part)) {
    return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) };
  }
  context.addIssue({ code: 'custom', message: 'must be host:port, with commas between several' });
  return [];
}

function withDefault<T extends z.ZodType>(schema: T, fallback: z.output<T> | undefined) {
  return fallback === undefined ? schema : (schema.default(fallback as never) as unknown as T);
}
