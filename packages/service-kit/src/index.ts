/** What every process uses. What only a subgraph's need (GraphQL, databases) is `./subgraph`: the gateway starts without. */
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
export { conflictLimits, retryConflicts } from './errors/conflicts.ts';
export { isDatabaseConflict, isDatabaseOutage } from './errors/outage.ts';
export {
  blocked,
  conflict,
  limitReached,
  notAllowed,
  notFound,
  payloadOf,
  type PayloadWith,
  rateLimited,
  type UserError,
  type UserErrorCode,
  userErrorCodes,
  UserErrors,
  validationError,
  validationErrors,
} from './errors/user-errors.ts';
export {
  createInternalClient,
  InternalCallError,
  type InternalClient,
  internalClientLimits,
  type InternalRequest,
} from './http/internal-client.ts';
export { createEnvironmentKeys, type KeyProvider } from './sealing/key-provider.ts';
export { createBlindIndex, type BlindIndex, type Digest } from './sealing/blind-index.ts';
export { createSealer, packSealed, type Sealed, type Sealer, unpackSealed } from './sealing/sealer.ts';
export { callerKeyOf, networkOf } from './http/address.ts';
export { publicLookup } from './http/public-address.ts';
export { metricsLimits, serveMetrics } from './http/metrics-server.ts';
export { refuseUpgrade } from './http/refuse-upgrade.ts';
export { type LingerLimits, lingerLimits } from './http/linger.ts';
export { type DirectAnswer, type DirectRequest, routeDirectly } from './http/direct-route.ts';
export { type Readiness, readinessLimits } from './http/readiness.ts';
export { parseJson } from './http/parse-json.ts';
export { createHttpServer, httpLimits, type HttpServer } from './http/server.ts';
export { anonymous, type Identity } from './identity.ts';
export { watchKey } from './observe/key-age.ts';
export { createBoundedLabel, type LabelLimits, labelLimits, otherLabel } from './observe/labels.ts';
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
export { createOperationTimer, type OperationTimer } from './observe/operation-timer.ts';
export { type OperationOutcome, outcomeOf } from './observe/outcome.ts';
export {
  currentTraceContext,
  inEventSpan,
  inSpan,
  isTracing,
  startTracing,
  type Tracing,
} from './observe/tracing/tracing.ts';
export { type Chore, startChores } from './process/chores.ts';
export { createLifecycle, type Lifecycle, lifecycleLimits, runProcess } from './process/lifecycle.ts';
export { serveProbes } from './process/serve-probes.ts';
export { revocationChannel, revocationsPath } from './revocations.ts';
export { redisLimits } from './redis/connection.ts';
export { type ChannelLimits, followChannel } from './redis/follow-channel.ts';
export { createRedisCache, type RedisCache } from './redis/redis.ts';
export { manyProtocol, type NextManyMessage, nextManyType } from './subgraph/many-protocol.ts';
export { answersExtension, type AskedFor, viewersExtension, viewersLimits } from './subgraph/for-viewers.ts';
export { showsSomething } from './visible-text.ts';
export { futureMoment } from './future-moment.ts';
