import type { GraphAnswerError } from '@murmuration/testing';

export interface Event {
  __typename: string;
  cursor: string;
  edge?: { node: { text: string; author: { handle: string } | null } | null };
  reason?: string;
}

/** What a client heard of one subscription. */
export interface Heard {
  readonly events: Event[];
  /** Of errors, in results or instead of them; `close …` for the code of a closed socket. */
  readonly codes: string[];
  isOver: boolean;
}

export interface Sink {
  result(result: { data?: unknown; errors?: readonly unknown[] | undefined }): void;
  error(failure: unknown): void;
  over(): void;
}

export function createHeard(): { heard: Heard; sink: Sink } {
  const heard: Heard = { events: [], codes: [], isOver: false };

  async function note(failure: unknown): Promise<void> {
    heard.codes.push(...(await codesOf(failure)));
  }

  async function end(failure: unknown): Promise<void> {
    await note(failure);
    heard.isOver = true;
  }

  return {
    heard,
    sink: {
      result({ data, errors }) {
        const [event] = Object.values((data ?? {}) as Record<string, Event>);
        if (event && event.__typename !== 'Bookmark') heard.events.push(event);
        if (errors) void note({ errors });
      },
      error: (failure) => void end(failure),
      over() {
        heard.isOver = true;
      },
    },
  };
}

/** Each client library wraps what the gateway says in its own way. */
async function codesOf(failure: unknown): Promise<string[]> {
  if (typeof failure !== 'object' || failure === null) return [];
  const { bodyText, cause, code, errors, extensions, graphQLErrors, message, networkError, response } =
    failure as {
      bodyText?: string;
      cause?: unknown;
      code?: unknown;
      errors?: readonly GraphAnswerError[];
      extensions?: { code?: string };
      graphQLErrors?: readonly GraphAnswerError[];
      message?: string;
      networkError?: unknown;
      response?: Response;
    };
  if (extensions?.code) return [extensions.code];
  const list = Array.isArray(failure) ? failure : [...(errors ?? []), ...(graphQLErrors ?? [])];
  if (list.length > 0) return (await Promise.all(list.map(codesOf))).flat();
  if (typeof code === 'number') return [`close ${code}`];
  if (typeof code === 'string') return [code];
  if (bodyText) return codesOf(parsed(bodyText));
  if (response && !response.bodyUsed) return codesOf(parsed(await response.text()));
  // All that is left of it with @apollo/client.
  const [, closeCode] = /Socket closed with event (\d+)/.exec(message ?? '') ?? [];
  return closeCode ? [`close ${closeCode}`] : codesOf(networkError ?? cause);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
