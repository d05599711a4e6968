import type { Server } from 'node:http';
import type { Logger } from '@murmuration/service-kit';
import { type GatewayConfig, liveLimitsOf } from '../config.ts';
import type { Authenticate } from '../identity/authenticate.ts';
import type { DenyList } from '../identity/deny-list.ts';
import type { Road } from '../operation/road.ts';
import { createOriginRule } from '../transport/origins.ts';
import { createStreams, type Streams } from '../transport/streams/serve-stream.ts';
import { createPlaces } from './places.ts';
import { createProtocol } from './socket/protocol.ts';
import { createRunOperation } from './socket/run-operation.ts';
import { type SocketServer, serveSockets } from './socket/server.ts';

export interface LiveOptions {
  http: Server;
  road: Road;
  authenticate: Authenticate;
  denyList: DenyList;
  config: GatewayConfig;
  logger: Logger;
}

/** The connections of clients that stay: sockets, and streams over HTTP. */
export function startLive(options: LiveOptions): { sockets: SocketServer; streams: Streams } {
  const { config, http, road } = options;
  const limits = liveLimitsOf(config);
  const places = createPlaces({
    max: limits.maxSockets,
    maxPerNetwork: limits.maxPerNetwork,
    maxPerPerson: limits.maxSocketsPerPerson,
  });
  const { TRUSTED_PROXIES: trustedProxies, REQUEST_DEADLINE_MS: deadlineMs } = config;
  const run = createRunOperation({ road, deadlineMs });
  const protocol = createProtocol({ run, places, limits });
  const allowsOrigin = createOriginRule(config.CORS_ORIGINS);
  const sockets = serveSockets(http, { ...options, protocol, places, limits, trustedProxies, allowsOrigin });
  const streams = createStreams({ ...options, places, limits, trustedProxies, deadlineMs });
  return { sockets, streams };
}
