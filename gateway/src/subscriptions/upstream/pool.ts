import { envelopeHeader, subscribeBody } from '@murmuration/service-kit';
import type { EdgeContext } from '../../operation/context.ts';
import type { Sign } from '../../transport/sign.ts';
import { upstreamEnds } from '../metrics.ts';
import { openConnection, type UpstreamConnection } from './connection.ts';
import { endKinds, type UpstreamRequest, type UpstreamSink } from './sink.ts';

export const upstreamLimits = {
  /**
   * A connection is replaced after about this long, so that load spreads when a subgraph scales out. Shorter than
   * the life that a subgraph gives its sockets: moving is calmer than losing.
   */
  maxLifeMs: 8 * 60_000,
  /** Subscriptions on one connection; the next opens another. */
  maxPerConnection: 10_000,
} as const;

export type UpstreamContext = Pick<EdgeContext, 'identity' | 'requestId' | 'position'>;

export interface Upstreams {
  /** Opens a subscription at its owner; the returned function ends it. */
  subscribe(
    subgraph: { name: string; url: string | undefined },
    request: UpstreamRequest,
    context: UpstreamContext,
    sink: UpstreamSink,
  ): () => void;
  close(): void;
}

/** One connection a subgraph. A retired one serves those who cannot resume until the last has left. */
export function createUpstreams(options: {
  sign: Sign;
  urls: Readonly<Record<string, string>>;
  maxLifeMs?: number;
}): Upstreams {
  const { sign } = options;
  const maxLifeMs = options.maxLifeMs ?? upstreamLimits.maxLifeMs;
  const current = new Map<string, { connection: UpstreamConnection; users: number; isRetired: boolean }>();
  type Entry = NonNullable<ReturnType<typeof current.get>>;
  const all = new Set<Entry>();

  function connect(name: string, target: URL): Entry {
    const key = `${name} ${target.href}`;
    const known = current.get(key);
    if (known && known.users < upstreamLimits.maxPerConnection) return known;
    const path = `${target.pathname}${target.search}`;
    const context = { identity: { kind: 'service', name: 'gateway' }, requestId: 'upgrade' } as const;
    const envelope = sign({
      subgraph: name,
      method: 'GET',
      path,
      body: '',
      context: { ...context, position: undefined },
    });
    const forget = () => {
      clearTimeout(timer);
      if (current.get(key) === entry) current.delete(key);
      all.delete(entry);
    };
    const connection = openConnection({
      url: socketUrl(target),
      headers: envelope ? { [envelopeHeader]: envelope } : {},
      onClosed: forget,
    });
    const entry: Entry = { connection, users: 0, isRetired: false };
    const timer = setTimeout(
      () => {
        entry.isRetired = true;
        if (current.get(key) === entry) current.delete(key);
        if (entry.users === 0) connection.close();
        else connection.retire();
      },
      maxLifeMs * (0.75 + Math.random() / 2),
    ).unref();
    // From zero on, or the first end of a kind would not be a rise.
    for (const kind of endKinds) upstreamEnds.labels(name, kind).inc(0);
    current.set(key, entry);
    all.add(entry);
    return entry;
  }

  return {
    subscribe({ name, url }, request, context, sink) {
      const target = URL.parse(options.urls[name] ?? url ?? '');
      if (!target) {
        sink.end({ kind: 'lost', because: `no usable URL is known for subgraph "${name}"`, crowd: 1 });
        return () => undefined;
      }
      const entry = connect(name, target);
      entry.users++;
      let isOver = false;
      const leave = () => {
        if (isOver) return;
        isOver = true;
        entry.users--;
        if (entry.isRetired && entry.users === 0) entry.connection.close();
      };
      const end = entry.connection.subscribe(() => payloadOf(name, target.pathname, request, context, sign), {
        ...sink,
        end(reason) {
          upstreamEnds.labels(name, reason.kind).inc();
          leave();
          sink.end(reason);
        },
      });
      return () => {
        end();
        leave();
      };
    },
    close() {
      for (const { connection } of all) connection.close();
    },
  };
}

function payloadOf(
  subgraph: string,
  path: string,
  { query, operationName, variables }: UpstreamRequest,
  context: UpstreamContext,
  sign: Sign,
) {
  const body = subscribeBody(operationName, query, variables);
  const envelope = sign({ subgraph, method: 'SUBSCRIBE', path, body, context });
  return {
    query,
    variables: { ...variables },
    ...(operationName ? { operationName } : {}),
    ...(envelope ? { extensions: { [envelopeHeader]: envelope } } : {}),
  };
}

function socketUrl(target: URL): string {
  const url = new URL(target);
  url.protocol = target.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}
