import { badInput, couldNotRun } from '../refusal.ts';
import type { WireError } from './wire.ts';

export const clientLimits = {
  /** A check of a large graph takes seconds; the server gives up before this. */
  timeoutMs: 120_000,
} as const;

/** Where a graph is kept, and by which token it is reached. */
export type RemoteGraph = { url: string; graph: string; token: string };

/** Asks the server of one graph. */
export type RemoteClient = {
  /** @throws a refusal with what the server said; undefined for what is not there */
  ask<Answer>(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
  ): Promise<Answer | undefined>;
  graph: RemoteGraph;
};

/** A client of `graph`, for the length of one command. */
export function remoteClient(graph: RemoteGraph): RemoteClient {
  const base = `${graph.url.replace(/\/+$/, '')}/v1/graphs/${encodeURIComponent(graph.graph)}`;
  return {
    graph,
    async ask<Answer>(method: string, path: string, body?: unknown): Promise<Answer | undefined> {
      const response = await send(`${base}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${graph.token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(clientLimits.timeoutMs),
      });
      const text = await response.text();
      if (response.ok) return text === '' ? undefined : (parse(text, response.status) as Answer);
      const { error } = parse(text, response.status) as Partial<WireError>;
      if (response.status === 404 && error?.code === 'NOT_FOUND') return undefined;
      const message = error?.message ?? `The registry answered ${response.status}.`;
      throw error?.exitCode === 3 ? badInput(message) : couldNotRun(message);
    },
  };
}

async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (cause) {
    const why = cause instanceof Error ? String(cause.cause ?? cause.message) : String(cause);
    throw couldNotRun(`The registry at ${new URL(url).origin} cannot be reached: ${why}`);
  }
}

function parse(text: string, status: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw couldNotRun(`What answers there is no registry: ${status} ${text.slice(0, 100)}`);
  }
}
