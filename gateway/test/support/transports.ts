import { rawSocket } from './live-client.ts';

/** What a client hears of one operation, by whatever transport. */
export interface Told {
  data?: unknown;
  codes: unknown[];
  limits: unknown[];
}

export interface AskBy {
  name: string;
  /** Sends one operation as this transport does and waits for its (first) result. */
  ask(url: string, operation: Record<string, unknown>): Promise<Told>;
}

interface Result {
  data?: unknown;
  errors?: { extensions: { code: string; limit?: string } }[];
}

const told = ({ data, errors = [] }: Result): Told => ({
  ...(data === undefined || data === null ? {} : { data }),
  codes: errors.map(({ extensions }) => extensions.code),
  limits: errors.flatMap(({ extensions }) => extensions.limit ?? []),
});

async function post(url: string, operation: unknown, accept: string): Promise<Told> {
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept },
    body: JSON.stringify(operation),
  });
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.includes('json');
  if (isJson) return told(JSON.parse(text) as Result);
  const [, json = 'null'] = /^(?:data: )?(\{"(?:payload|data|errors).*\})\r?$/m.exec(text) ?? [];
  const first = JSON.parse(json) as Result & { payload?: Result };
  return told(first.payload ?? first);
}

async function get(url: string, operation: Record<string, unknown>): Promise<Told> {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(operation)) {
    parameters.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  const answer = await fetch(`${url}/graphql?${parameters}`, {
    headers: { 'apollo-require-preflight': '1' },
  });
  return told((await answer.json()) as Result);
}

async function bySocket(url: string, payload: Record<string, unknown>): Promise<Told> {
  const { received, send, socket } = await rawSocket(url);
  const heard = new Promise<Told>((resolve) =>
    socket.on('message', () => {
      const last = received.at(-1);
      if (last?.type === 'connection_ack') send({ id: '1', type: 'subscribe', payload });
      if (last?.type === 'next') resolve(told(last.payload as Result));
      if (last?.type === 'error') resolve(told({ errors: last.payload as NonNullable<Result['errors']> }));
    }),
  );
  send({ type: 'connection_init' });
  const answer = await heard;
  socket.terminate();
  return answer;
}

export const transports: readonly AskBy[] = [
  { name: 'POST', ask: (url, operation) => post(url, operation, 'application/json') },
  { name: 'GET', ask: get },
  { name: 'SSE', ask: (url, operation) => post(url, operation, 'text/event-stream') },
  {
    name: 'multipart',
    ask: (url, operation) => post(url, operation, 'multipart/mixed;subscriptionSpec="1.0"'),
  },
  { name: 'websocket', ask: bySocket },
];
