import type * as Api from '@opentelemetry/api';

let loaded: typeof Api | undefined;

/** Loads OpenTelemetry's API: a hundred modules, which a process that does not trace starts without. */
export async function loadApi(): Promise<typeof Api> {
  return (loaded ??= await import('@opentelemetry/api'));
}

/**
 * OpenTelemetry's API, where tracing is on.
 * @throws Error when it never was
 */
export function api(): typeof Api {
  if (!loaded) throw new Error('Nothing is traced before startTracing.');
  return loaded;
}
