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
