export {
  type Envelope,
  type EnvelopeFields,
  type EnvelopeProblem,
  envelopeHeader,
  envelopeWindowMs,
  keyObjectOf,
  signEnvelope,
  subscribeBody,
  type VerifiedEnvelope,
  verifyEnvelope,
} from './envelope/envelope.ts';
export { createReplayGuard, type ReplayGuard } from './envelope/replay-guard.ts';
export { downstreamError, type ErrorCode, errorCodes, forbidden, unauthenticated } from './errors/codes.ts';
export { maskError } from './errors/mask.ts';
export { isDatabaseOutage } from './errors/outage.ts';
export {
  blocked,
  conflict,
  notAllowed,
  notFound,
  payloadOf,
  type UserError,
  UserErrors,
  validationError,
} from './errors/user-errors.ts';
export {
  createInternalClient,
  InternalCallError,
  type InternalClient,
  internalClientLimits,
  type InternalRequest,
} from './http/internal-client.ts';
export { serveMetrics } from './http/metrics-server.ts';
export { refuseUpgrade } from './http/refuse-upgrade.ts';
export { type DirectAnswer, type DirectRequest, routeDirectly } from './http/direct-route.ts';
export { createHttpServer, httpLimits, type HttpServer, type Readiness } from './http/server.ts';
export { anonymous, type Identity } from './identity.ts';
export { createLoader, loaderLimits } from './loader.ts';
export { watchDatabase, watchPool } from './observe/database.ts';
export { watchKey } from './observe/key-age.ts';
export { createBoundedLabel, otherLabel } from './observe/labels.ts';
export { createLogger, type Logger } from './observe/logger.ts';
export {
  bindLabels,
  Counter,
  countStatements,
  envelopeRefusals,
  Gauge,
  Histogram,
  liveSockets,
  metrics,
  operationDuration,
  redisCommands,
  watchChore,
} from './observe/metrics.ts';
export { outcomeOf } from './observe/outcome.ts';
export {
  currentTraceContext,
  inEventSpan,
  inSpan,
  isTracing,
  startTracing,
  type Tracing,
} from './observe/tracing/tracing.ts';
export { createLifecycle, type Lifecycle, lifecycleLimits, runProcess } from './process/lifecycle.ts';
export { revocationChannel, revocationsPath } from './revocations.ts';
export { createRedisCache, type RedisCache, redisLimits } from './redis/redis.ts';
export { createRequestContext, type RequestContext, requireViewer } from './subgraph/context.ts';
export { type LiveServer, liveLimits, serveLive } from './subgraph/live.ts';
export { liveCloseCodes, SlowConsumer } from './subgraph/live-codes.ts';
export { envelopeOf, parseJson, serveSubgraph, type SubgraphServerOptions } from './subgraph/serve.ts';
export { createSubgraph, type GraphQLRequest, type Subgraph } from './subgraph/subgraph.ts';
