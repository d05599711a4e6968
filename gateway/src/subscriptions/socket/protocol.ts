import { type DocumentNode, type FormattedExecutionResult, GraphQLError, parse } from 'graphql';
import { type Context, makeServer, MessageType, type Server, type ServerOptions } from 'graphql-ws';
import { edgeCodes } from '../../operation/edge-codes.ts';
import { isRecord } from '../../operation/read-request.ts';
import type { LiveLimits } from '../limits.ts';
import { liveEvents, liveSubscriptions } from '../metrics.ts';
import type { Places } from '../places.ts';
import type { Results } from '../ordered.ts';
import type { ResultText } from '../result-text.ts';
import { SlowConsumer } from '../stream.ts';
import type { RunOperation } from './run-operation.ts';
import type { SocketState } from './state.ts';
import { type ResultFrame, resultFrame } from './outbox.ts';
import { noResults, watchResults } from './watch-results.ts';

type InitPayload = Record<string, unknown> | undefined;
type SocketContext = Context<InitPayload, SocketState>;
type Answer = FormattedExecutionResult | AsyncGenerator<never, void>;

/**
 * What graphql-ws hands from `onSubscribe` on, and keeps for as long as the operation lives: so nothing of the supergraph
 * that admitted it. Its document only says which of the two ways graphql-ws is to go.
 */
interface LiveArgs {
  document: DocumentNode;
  contextValue: undefined;
  rootValue: undefined;
  answer: Answer;
}

const events = liveEvents.labels('websocket');
const one = parse('query { one }', { noLocation: true });
const many = parse('subscription { many }', { noLocation: true });

export interface ProtocolOptions {
  run: RunOperation;
  places: Pick<Places, 'takeFor'>;
  limits: LiveLimits;
}

/** `graphql-transport-ws` for clients: who they are, how much may run, and how what comes of it is written. */
export function createProtocol({ limits, places, run }: ProtocolOptions): Server<SocketState> {
  async function onConnect({ extra: state, connectionParams }: SocketContext) {
    try {
      await state.caller.signIn(authorizationOf(connectionParams) ?? state.upgradeAuthorization);
    } catch (error) {
      state.close('forbidden', reasonOf(error));
      return false;
    }
    const { expiresAtMs, identity } = state.caller.current();
    if (identity.kind === 'viewer') {
      const leave = places.takeFor(identity.subject);
      if (!leave) {
        state.close('tooManySockets', `at most ${limits.maxSocketsPerPerson} of one person`);
        return false;
      }
      state.onClosed(leave);
    }
    return expiresAtMs === null ? true : { accessTokenExpiresAt: new Date(expiresAtMs).toISOString() };
  }

  async function onSubscribe(
    { extra: state, subscriptions }: SocketContext,
    id: string,
    payload: unknown,
  ): Promise<LiveArgs | readonly GraphQLError[]> {
    // Those that run, whatever the client has completed: what it has left may not have ended yet.
    if (state.running.size >= limits.maxSubscriptionsPerSocket) {
      state.close('tooManySubscriptions', `at most ${limits.maxSubscriptionsPerSocket} at a time`);
      return [tooMany()];
    }
    const abort = new AbortController();
    state.running.add(abort);
    const finish = () => void state.running.delete(abort);
    // Where graphql-ws looks for what to end when the client completes an operation, or goes.
    subscriptions[id] = watchResults(noResults(), () => abort.abort());
    try {
      const ran = await run(state, payload, abort.signal);
      if (ran.kind === 'stream') {
        const sent = sendAll(ran.results, frameOf(id), state);
        return argsOf(many, counted(sent, abort, finish));
      }
      finish();
      return ran.kind === 'refused' ? [new RefusedErrors(ran.errors)] : argsOf(one, ran.result);
    } catch (error) {
      finish();
      throw error;
    }
  }

  return makeServer<InitPayload, SocketState>({
    connectionInitWaitTimeout: limits.connectionInitWaitMs,
    jsonMessageReviver: withText,
    onConnect,
    onSubscribe: onSubscribe as unknown as ServerOptions<InitPayload, SocketState>['onSubscribe'],
    execute: answerOf as unknown as ServerOptions['execute'],
    subscribe: answerOf as unknown as ServerOptions['subscribe'],
    // Results are formatted already; graphql-ws would format their errors once more.
    onNext(_context, _id, _payload, _args, result) {
      events.inc();
      return result as never;
    },
    onError({ extra: state }, _id, _payload, [first]) {
      if (first instanceof RefusedErrors) return first.formatted as never;
      if (!first?.originalError) return;
      if (first.originalError instanceof SlowConsumer) state.close('slowConsumer', first.message);
      return [{ message: 'The subscription ended.', extensions: { code: edgeCodes.internal } }];
    },
  });
}

/** graphql-ws takes no message without a text; an operation may be named by its hash or id alone. */
function withText(_key: string, value: unknown): unknown {
  if (isRecord(value) && value.type === MessageType.Subscribe && isRecord(value.payload))
    value.payload.query ??= '';
  return value;
}

/** Carries errors that are formatted already past graphql-ws, which takes only this class. */
class RefusedErrors extends GraphQLError {
  readonly formatted: FormattedExecutionResult['errors'];
  constructor(formatted: FormattedExecutionResult['errors']) {
    super('refused');
    this.formatted = formatted;
  }
}

/** What goes before and after the text of a result. */
function frameOf(id: string): ResultFrame {
  return resultFrame(`{"id":${JSON.stringify(id)},"type":"${MessageType.Next}","payload":`, '}');
}

/**
 * Sends the results itself, as texts that are written already, and gives graphql-ws, which would write each once more,
 * their end alone.
 */
function sendAll(
  results: Results<ResultText>,
  frame: ResultFrame,
  { tell }: Pick<SocketState, 'tell'>,
): AsyncGenerator<never, void> {
  async function next(): Promise<IteratorResult<never, void>> {
    await results.pour((result) => {
      events.inc();
      return tell(frame, result);
    });
    return { done: true, value: undefined };
  }
  return {
    next,
    return: () => results.return() as Promise<IteratorResult<never, void>>,
    throw: (error) => results.throw(error) as Promise<IteratorResult<never, void>>,
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      await results.return();
    },
  };
}

/** Counted while it runs; who leaves it leaves all that is done for it. */
function counted(
  results: AsyncGenerator<never, void>,
  abort: AbortController,
  finish: () => void,
): AsyncGenerator<never, void> {
  const gauge = liveSubscriptions.labels('websocket');
  gauge.inc();
  return watchResults(results, () => {
    gauge.dec();
    abort.abort();
    finish();
  });
}

function argsOf(document: DocumentNode, answer: Answer): LiveArgs {
  return { document, contextValue: undefined, rootValue: undefined, answer };
}

function answerOf(args: unknown): Answer {
  return (args as LiveArgs).answer;
}

function authorizationOf(payload: InitPayload): string | undefined {
  const value = payload?.authorization ?? payload?.Authorization;
  return typeof value === 'string' ? value : undefined;
}

function reasonOf(error: unknown): string {
  return error instanceof GraphQLError ? error.message : 'The access token could not be checked.';
}

function tooMany(): GraphQLError {
  return new GraphQLError('Too many subscriptions on one socket.', {
    extensions: { code: edgeCodes.rateLimited },
  });
}
