import type { IncomingMessage } from 'node:http';

/**
 * The client's address. Behind proxies it is what the outermost trusted one wrote: anything further left in
 * `X-Forwarded-For` came from the client and may be made up.
 */
export function clientAddressOf(request: IncomingMessage, trustedProxies: number): string {
  const direct = request.socket.remoteAddress ?? 'unknown';
  if (trustedProxies === 0) return direct;
  const header = request.headers['x-forwarded-for'];
  const chain = String(header ?? '')
    .split(',')
    .flatMap((part) => part.trim() || []);
  return chain.at(-trustedProxies) ?? direct;
}

/** Longer ones are cut: they go into the envelope of each mutation. */
const longestAgent = 256;

/** What the client says of itself in `User-Agent`; it may say anything. */
export function clientAgentOf({ headers }: IncomingMessage): string | undefined {
  return headers['user-agent']?.slice(0, longestAgent);
}
