/** What the processes of a subgraph use beside what every process does. */
export type { Complete } from './complete-resolvers.ts';
export { createRequestContext, type RequestContext, requireScope, requireViewer } from './context.ts';
export { audienceLimits, audienceOfVisibility, type EventGrant } from '../audience/claims.ts';
export { type AudienceKeys, type AudienceKeyStore, startAudienceKeys } from '../audience/keys.ts';
export { isSameForAudience } from '../audience/same.ts';
export { type AudienceKey, signAudience } from '../audience/sign.ts';
export { type AudienceVerifier, createAudienceVerifier } from '../audience/verify.ts';
export { createDatabaseCheck } from './database-check.ts';
export { type LiveServer, liveLimits, serveLive } from './live.ts';
export { liveCloseCodes, SlowConsumer } from './live-codes.ts';
export { createLoader, loaderLimits } from './loader.ts';
export { mergeResolvers } from './merge-resolvers.ts';
export { createPageLoader, type PagedRow, type PageKey, type PageRequest } from './page-loader.ts';
export {
  createPersonData,
  type PersonDataPage,
  personDataPath,
  type PersonDataPlace,
  type PersonPart,
  type PersonRow,
  type ReadPersonData,
  servePersonData,
} from './person-data.ts';
export { fillLimits, visiblePage } from './visible-page.ts';
export { envelopeOf, serveSubgraph, type SubgraphServerOptions } from './serve.ts';
export { serveSubgraphProcess, type SubgraphProcessOptions } from './serve-process.ts';
export { answerServices, idText } from './service-route.ts';
export { eventOf, SharedEvent, SharedStream } from './shared-event.ts';
export { createSubgraph, type GraphQLRequest, type Subgraph } from './subgraph.ts';
export { type ViewerKey, viewerIdOf, viewerOf, viewerOfReference } from './viewer.ts';
export { watchDatabase, watchPool } from '../observe/database.ts';
export { createCursorSeal, type CursorSeal } from '../live/cursor-seal.ts';
export { createDeliveries, type Deliveries, type Delivery, type Recipient } from '../live/deliveries.ts';
export { type LiveStreamLimits, liveStreamLimits } from '../live/limits.ts';
export { liveStreamLimitsOf, liveStreamSettings } from '../live/settings.ts';
export { createMembersIndex, type MembersIndex } from '../live/members-index.ts';
export { countReset, liveStreams } from '../live/metrics.ts';
export { createOpenStreams, type OpenStreams, tooManyStreams } from '../live/open-streams.ts';
export { createQueue, type Queue, type Queued } from '../live/queue.ts';
export { type ResetReason, resetReasons } from '../live/reset.ts';
export { type Pourable, streamOf } from '../live/stream.ts';
export { tryAgain } from '../live/try-again.ts';
