import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { InternalKey } from '@murmuration/config';
import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  type FormattedExecutionResult,
  GraphQLError,
  getOperationAST,
} from 'graphql';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, makeServer, type ServerOptions } from 'graphql-ws';
import type { Logger } from 'pino';
import { WebSocketServer } from 'ws';
import { type Envelope, envelopeHeader, subscribeBody, verifyEnvelope } from '../envelope/envelope.ts';
import { errorCodes } from '../errors/codes.ts';
import { maskError } from '../errors/mask.ts';
import { refuseUpgrade } from '../http/refuse-upgrade.ts';
import type { HttpServer } from '../http/server.ts';
import { envelopeRefusals, liveSockets } from '../observe/metrics.ts';
import { createRequestContext, type RequestContext } from './context.ts';
import { createDocumentCache } from './documents.ts';
import { liveCloseCodes } from './live-codes.ts';
import type { LiveExtra } from './live-extra.ts';
import { manyProtocol } from './many-protocol.ts';
import { adaptSocket } from './live-socket.ts';
import { resultsOf } from './live-results.ts';
import { createSharedTexts, type SharedText } from './shared-event.ts';
import type { Subgraph } from './subgraph.ts';

/** The first that the other side offers too. */
const protocols = [manyProtocol, GRAPHQL_TRANSPORT_WS_PROTOCOL];

export const liveLimits = {
  /** Of one message from the gateway. */
  messageBytes: 1024 * 1024,
  initWaitMs: 3_000,
  pingMs: 12_000,
  /** Streams on one socket: it carries many people. */
  subscriptions: 20_000,
  /** Sockets end, so that load spreads after a scale-out; whoever listened resumes by cursor. */
  lifeMs: 15 * 60_000,
} as const;

export interface LiveServer {
  /** Open sockets. */
  count(): number;
  /** Closes every socket; whoever listened resumes elsewhere. */
  close(): Promise<void>;
}

interface LiveOptions {
  keys: readonly InternalKey[];
  logger: Logger;
  limits?: Partial<{ [Name in keyof typeof liveLimits]: number }>;
}

/**
 * Serves a subgraph's subscriptions over `graphql-transport-ws` at `/graphql`. The upgrade proves the gateway
 * by an envelope over an empty GET; every subscribe brings the envelope of its own person in `extensions`,
 * for one socket carries many people. Only subscriptions run here.
 */
export function serveLive<Context extends RequestContext>(
  server: HttpServer,
  subgraph: Subgraph<Context>,
  options: LiveOptions,
): LiveServer {
  const limits = { ...liveLimits, ...options.limits };
  const wss = new WebSocketServer({
    noServer: true,
    maxPayload: limits.messageBytes,
    handleProtocols: (offered) => protocols.find((name) => offered.has(name)) ?? false,
  });
  const protocol = makeServer<Record<string, unknown>, LiveExtra>(protocolOptions(subgraph, options, limits));

  const sockets = liveSockets.labels(subgraph.name);

  server.app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const header = request.headers[envelopeHeader];
    const verified = verifyEnvelope(options.keys, typeof header === 'string' ? header : undefined, {
      audience: subgraph.name,
      method: 'GET',
      path: '/graphql',
      body: '',
    });
    if (request.url !== '/graphql' || verified.status === 'refused') {
      const because = verified.status === 'refused' ? verified.because : 'path';
      envelopeRefusals.labels(subgraph.name, because).inc();
      return refuseUpgrade(socket, '401 Unauthorized');
    }
    wss.handleUpgrade(request, socket, head, (ws) => {
      sockets.inc();
      ws.once('close', () => sockets.dec());
      adaptSocket(ws, protocol, limits, options.logger);
    });
  });

  return {
    count: () => wss.clients.size,
    async close() {
      const { code, reason } = liveCloseCodes.restart;
      for (const ws of wss.clients) ws.close(code, reason);
      await new Promise<void>((resolve) => wss.close(() => resolve()));
    },
  };
}

type Protocol = ServerOptions<Record<string, unknown>, LiveExtra>;

function protocolOptions<Context extends RequestContext>(
  subgraph: Subgraph<Context>,
  { keys, logger }: LiveOptions,
  limits: { initWaitMs: number; subscriptions: number },
): Protocol {
  const readDocument = createDocumentCache(subgraph.schema);
  const textOf = createSharedTexts(masked);

  function admit(payload: { extensions?: Record<string, unknown> | null | undefined }, body: string) {
    const header = payload.extensions?.[envelopeHeader];
    const request = { audience: subgraph.name, method: 'SUBSCRIBE', path: '/graphql', body };
    const verified = verifyEnvelope(keys, typeof header === 'string' ? header : undefined, request);
    if (verified.status === 'refused') envelopeRefusals.labels(subgraph.name, verified.because).inc();
    return verified.status === 'verified' ? verified.envelope : null;
  }

  function argumentsOf(envelope: Envelope, payload: Parameters<NonNullable<Protocol['onSubscribe']>>[2]) {
    const parsed = readDocument(payload.query);
    if ('errors' in parsed) return parsed.errors;
    const { document } = parsed;
    const operation = getOperationAST(document, payload.operationName);
    if (operation?.operation !== 'subscription') return refuse('Only subscriptions run on a socket.');
    const context = createRequestContext({ ...envelope, logger });
    return {
      schema: subgraph.schema,
      document,
      operationName: payload.operationName ?? null,
      variableValues: payload.variables ?? null,
      contextValue: subgraph.createContext(context),
    };
  }

  return {
    connectionInitWaitTimeout: limits.initWaitMs,
    // Its events as they come: what is made of one depends on how many are told it.
    subscribe: (args) => createSourceEventStream(args) as never,
    onSubscribe({ extra, subscriptions }, _id, payload) {
      if (Object.keys(subscriptions).length > limits.subscriptions) {
        extra.close(liveCloseCodes.tooManySubscriptions);
        return refuse('Too many subscriptions.');
      }
      const envelope = admit(payload, subscribeBody(payload.operationName, payload.query, payload.variables));
      if (!envelope)
        return [new GraphQLError('Refused.', { extensions: { code: errorCodes.unauthenticated } })];
      return argumentsOf(envelope, payload);
    },
    onOperation({ extra }, id, _payload, args, opened) {
      if (!(Symbol.asyncIterator in opened)) return opened;
      return resultsOf(opened as AsyncIterable<unknown>, args, (event) => {
        const text = textOf(event, args);
        const tell = (written: SharedText) => extra.frames.tell(id, written, event.cursor);
        return text instanceof Promise ? text.then(tell) : tell(text);
      });
    },
    onNext(_context, _id, _payload, args, result) {
      if (result.errors) return masked(result as ExecutionResult, args);
    },
    onError: (_context, _id, _payload, errors) => errors.map((error) => maskError(error, logger).toJSON()),
  };
}

function refuse(message: string): GraphQLError[] {
  return [new GraphQLError(message, { extensions: { code: errorCodes.badUserInput } })];
}

function masked({ data = null, errors }: ExecutionResult, args: ExecutionArgs): FormattedExecutionResult {
  if (!errors) return { data };
  return { data, errors: errors.map((error) => maskError(error, loggerOf(args)).toJSON()) };
}

function loggerOf(args: ExecutionArgs): Logger {
  return (args.contextValue as RequestContext).logger;
}
