import type { Server } from 'node:http';
import type { ApolloServer } from '@apollo/server';
import type { Logger } from '@murmuration/service-kit';
import { type GatewayConfig, liveLimitsOf } from '../config.ts';
import type { EdgeContext } from '../context.ts';
import type { EdgeRules } from '../edge-rules.ts';
import type { Authenticate } from '../identity/authenticate.ts';
import type { DenyList } from '../identity/deny-list.ts';
import { formatOutcomes } from '../plugins/mask-errors.ts';
import type { SupergraphHost } from '../supergraph/host.ts';
import { createOriginRule } from '../transport/origins.ts';
import type { Sign } from '../transport/sign.ts';
import { createStreams, type Streams } from '../transport/streams/serve-stream.ts';
import { createOperations, type Operations } from './operations.ts';
import { createProtocol } from './socket/protocol.ts';
import { type SocketServer, serveSockets } from './socket/server.ts';
import { createUpstreams, type Upstreams } from './upstream/pool.ts';

export interface LiveOptions {
  http: Server;
  server: ApolloServer<EdgeContext>;
  host: SupergraphHost;
  authenticate: Authenticate;
  denyList: DenyList;
  sign: Sign;
  urls: Readonly<Record<string, string>>;
  edge: EdgeRules;
  config: GatewayConfig;
  logger: Logger;
}

/** Everything live: upstream connections, the operations on them, and the clients' sockets. */
export function startLive(options: LiveOptions): {
  operations: Operations;
  upstreams: Upstreams;
  sockets: SocketServer;
  streams: Streams;
} {
  const { config, logger } = options;
  const limits = liveLimitsOf(config);
  const upstreams = createUpstreams({ ...options, maxLifeMs: config.UPSTREAM_MAX_LIFE_MS });
  const operations = createOperations({
    ...options,
    ...options.edge,
    upstreams,
    limits,
    maxTokens: config.MAX_TOKENS,
    allowsIntrospection: config.INTROSPECTION,
    format: formatOutcomes(logger),
  });
  const { TRUSTED_PROXIES: trustedProxies, REQUEST_DEADLINE_MS: deadlineMs } = config;
  const protocol = createProtocol({ operations, limits, deadlineMs });
  const allowsOrigin = createOriginRule(config.CORS_ORIGINS);
  const sockets = serveSockets(options.http, { ...options, protocol, limits, trustedProxies, allowsOrigin });
  const streams = createStreams({ ...options, operations, limits, trustedProxies, deadlineMs });
  return { operations, upstreams, sockets, streams };
}
