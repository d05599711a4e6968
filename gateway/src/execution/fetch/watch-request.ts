import { channel } from 'node:diagnostics_channel';

/** What listeners of the channels are given; they may add headers until `create` returns. */
interface WatchedRequest {
  readonly method: 'POST';
  readonly origin: string;
  readonly path: string;
  addHeader(name: string, value: string): void;
}

/** The channels of undici under a name of our own, with messages of the same shape. */
const channels = {
  create: channel('murmuration:request:create'),
  headers: channel('murmuration:request:headers'),
  trailers: channel('murmuration:request:trailers'),
  error: channel('murmuration:request:error'),
};

export interface RequestWatch {
  answered(statusCode: number): void;
  failed(error: Error): void;
}

/** Tells who listens (tracing) of a request about to be sent; undefined when nobody does. */
export function watchRequest(url: URL, headers: Record<string, string>): RequestWatch | undefined {
  if (!channels.create.hasSubscribers) return undefined;
  const request: WatchedRequest = {
    method: 'POST',
    origin: url.origin,
    path: url.pathname + url.search,
    addHeader: (name, value) => void (headers[name] = value),
  };
  channels.create.publish({ request });
  return {
    answered(statusCode) {
      channels.headers.publish({ request, response: { statusCode } });
      channels.trailers.publish({ request });
    },
    failed: (error) => channels.error.publish({ request, error }),
  };
}
