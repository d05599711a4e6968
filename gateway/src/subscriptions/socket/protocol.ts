import { type ExecutionArgs, GraphQLError } from 'graphql';
import { type Context, makeServer, type Server, type ServerOptions } from 'graphql-ws';
import { createEdgeContext, type EdgeContext, joinPositions } from '../../context.ts';
import { edgeCodes } from '../../edge-codes.ts';
import type { LiveLimits } from '../limits.ts';
import { liveEvents, liveSubscriptions } from '../metrics.ts';
import type { Admitted, OperationRequest, Operations } from '../operations.ts';
import { SlowConsumer } from '../stream.ts';
import type { SocketState } from './state.ts';

type InitPayload = Record<string, unknown> | undefined;
type SocketContext = Context<InitPayload, SocketState>;

/** What graphql-ws hands from `onSubscribe` to `execute` and `subscribe`. */
interface LiveArgs extends ExecutionArgs {
  admitted: Admitted;
  createContext(): EdgeContext;
  state: SocketState;
}

export interface ProtocolOptions {
  operations: Operations;
  limits: LiveLimits;
  deadlineMs: number;
}

/** `graphql-transport-ws` for clients: who they are, what they may run, and how results are written. */
export function createProtocol(options: ProtocolOptions): Server<SocketState> {
  const { operations, limits } = options;

  async function onConnect({ extra: state, connectionParams }: SocketContext) {
    try {
      await state.caller.signIn(authorizationOf(connectionParams) ?? state.upgradeAuthorization);
    } catch (error) {
      state.close('forbidden', reasonOf(error));
      return false;
    }
    const { expiresAtMs } = state.caller.current();
    return expiresAtMs === null ? true : { accessTokenExpiresAt: new Date(expiresAtMs).toISOString() };
  }

  function onSubscribe(
    { extra: state, subscriptions }: SocketContext,
    id: string,
    request: OperationRequest,
  ): LiveArgs | readonly GraphQLError[] {
    if (Object.keys(subscriptions).length > limits.maxSubscriptionsPerSocket) {
      state.close('tooManySubscriptions', `at most ${limits.maxSubscriptionsPerSocket} at a time`);
      return [tooMany()];
    }
    const admitted = operations.admit(request);
    if ('errors' in admitted) return admitted.errors;
    const requestId = `${state.id}.${++state.started}`;
    const position = positionOf(request) ?? joinPositions(state.positions);
    return {
      schema: admitted.generation.apiSchema,
      document: admitted.document,
      operationName: request.operationName,
      contextValue: id,
      rootValue: undefined,
      state,
      admitted,
      createContext: () =>
        createEdgeContext({
          identity: state.caller.current().identity,
          requestId,
          address: state.address,
          position,
          deadlineMs: options.deadlineMs,
          signal: state.abort.signal,
        }),
    };
  }

  async function execute(args: ExecutionArgs) {
    const { admitted, createContext, state } = args as LiveArgs;
    const context = createContext();
    const result = await operations.execute(admitted, context);
    for (const [subgraph, position] of context.positions) state.positions.set(subgraph, position);
    return result;
  }

  async function subscribe(args: ExecutionArgs) {
    const { admitted, createContext } = args as LiveArgs;
    return operations.subscribe(admitted, createContext);
  }

  return makeServer<InitPayload, SocketState>({
    connectionInitWaitTimeout: limits.connectionInitWaitMs,
    onConnect,
    onSubscribe: onSubscribe as ServerOptions<InitPayload, SocketState>['onSubscribe'],
    // Results are formatted already; graphql-ws would format their errors once more.
    execute: execute as ServerOptions['execute'],
    subscribe: subscribe as ServerOptions['subscribe'],
    onOperation({ extra: { running } }, id, _payload, _args, result) {
      if (!(Symbol.asyncIterator in Object(result)) || running.has(id)) return;
      running.add(id);
      liveSubscriptions.labels('websocket').inc();
    },
    onComplete({ extra: { running } }, id) {
      if (running.delete(id)) liveSubscriptions.labels('websocket').dec();
    },
    onNext(_context, _id, _payload, _args, result) {
      liveEvents.labels('websocket').inc();
      return result as never;
    },
    onError({ extra: state }, _id, _payload, errors) {
      const [first] = errors;
      if (!first?.originalError) return;
      if (first.originalError instanceof SlowConsumer) state.close('slowConsumer', first.message);
      return [{ message: 'The subscription ended.', extensions: { code: edgeCodes.internal } }];
    },
  });
}

function authorizationOf(payload: InitPayload): string | undefined {
  const value = payload?.authorization ?? payload?.Authorization;
  return typeof value === 'string' ? value : undefined;
}

function positionOf({ extensions }: OperationRequest): string | undefined {
  const position = extensions?.position;
  return typeof position === 'string' ? position : undefined;
}

function reasonOf(error: unknown): string {
  return error instanceof GraphQLError ? error.message : 'The access token could not be checked.';
}

function tooMany(): GraphQLError {
  return new GraphQLError('Too many subscriptions on one socket.', {
    extensions: { code: edgeCodes.rateLimited },
  });
}
