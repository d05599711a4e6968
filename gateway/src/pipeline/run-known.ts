import type {
  ApolloServer,
  ApolloServerPlugin,
  GraphQLRequestContext,
  GraphQLResponse,
  HTTPGraphQLRequest,
  HTTPGraphQLResponse,
} from '@apollo/server';
import { HeaderMap } from '@apollo/server';
import type { GraphQLError } from 'graphql';
import type { EdgeContext } from '../context.ts';
import type { Run } from '../execution/apollo.ts';
import type { KnownRequest } from './find-known.ts';
import type { FormatError } from '../plugins/mask-errors.ts';
import { addHead, asGraphQLError, formatErrors } from './format-errors.ts';
import { callHooks, firstAnswer, type Listener, listenersFor } from './hooks.ts';

export interface KnownPipeline {
  server: Pick<ApolloServer<EdgeContext>, 'logger' | 'cache'>;
  plugins: readonly ApolloServerPlugin<EdgeContext>[];
  formatError: FormatError;
  run: Run<EdgeContext>;
}

type Context = GraphQLRequestContext<EdgeContext>;
type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] };
/** With everything there that a hook may ask for at its time. */
type Complete = Writable<Required<Context>> & { response: GraphQLResponse };

/**
 * Apollo Server's pipeline for a document that it has admitted before: the same hooks in the same order with the same
 * context, and the same answer. What it leaves out is what was found out the first time.
 */
export async function runKnown(
  pipeline: KnownPipeline,
  request: KnownRequest,
  http: HTTPGraphQLRequest,
  contextValue: EdgeContext,
): Promise<HTTPGraphQLResponse> {
  const context = contextOf(pipeline, request, http, contextValue);
  try {
    await carryOut(pipeline, request, context as Complete);
  } catch (thrown) {
    return unexpected(pipeline, context, asGraphQLError(thrown));
  }
  const { http: head, body } = context.response;
  if (body?.kind !== 'single') throw new Error('incremental delivery is not served here');
  const { errors, data, extensions } = body.singleResult;
  return { ...head, body: { kind: 'complete', string: `${JSON.stringify({ errors, data, extensions })}\n` } };
}

function contextOf(
  { server }: KnownPipeline,
  { known, query, operationName, variables, extensions }: KnownRequest,
  http: HTTPGraphQLRequest,
  contextValue: EdgeContext,
): Context {
  return {
    logger: server.logger,
    cache: server.cache,
    schema: known.schema,
    request: { query, operationName, variables, extensions, http } as Context['request'],
    response: { http: { status: undefined, headers: new HeaderMap() } } as unknown as Context['response'],
    contextValue,
    metrics: {},
    overallCachePolicy: { ...known.cachePolicy },
    requestIsBatched: false,
  };
}

async function carryOut(pipeline: KnownPipeline, request: KnownRequest, context: Complete): Promise<void> {
  const { known, operation } = request;
  const listeners = await listenersFor(pipeline.plugins, context);
  context.metrics.persistedQueryHit = request.query === undefined;
  context.metrics.persistedQueryRegister = false;
  context.queryHash = known.queryHash;
  context.source = known.source;
  await callHooks(listeners, (listener) => listener.didResolveSource?.(context));
  context.document = known.document;
  context.operation = operation;
  context.operationName = operation.name?.value ?? null;
  try {
    await callHooks(listeners, (listener) => listener.didResolveOperation?.(context));
  } catch (thrown) {
    await refuse(pipeline, listeners, context, asGraphQLError(thrown));
    return;
  }
  const answer = await firstAnswer(listeners, context);
  if (answer) {
    context.response.body = answer.body;
    addHead(context.response.http, answer.http);
  } else {
    const failure = await execute(pipeline, listeners, context);
    if (failure) return refuse(pipeline, listeners, context, failure);
  }
  await callHooks(listeners, (listener) => listener.willSendResponse?.(context));
}

/** Answers why nothing was executed, if so. */
async function execute(
  pipeline: KnownPipeline,
  listeners: readonly Listener[],
  context: Complete,
): Promise<GraphQLError | undefined> {
  const started = (await callHooks(listeners, (listener) => listener.executionDidStart?.(context))) ?? [];
  const executions = started.flatMap((one) => one || []).reverse();
  try {
    const { data, errors } = await pipeline.run(context);
    const { http } = context.response;
    if (errors) await encounter(listeners, context, errors);
    const formatted = errors && formatErrors(errors, pipeline.formatError, http);
    // Variables that do not fit: nothing ran.
    if (errors?.length && data === undefined) http.status ??= 400;
    context.response.body = {
      kind: 'single',
      singleResult: { ...(data === undefined ? {} : { data }), ...(formatted ? { errors: formatted } : {}) },
    };
  } catch (thrown) {
    const error = asGraphQLError(thrown);
    await callHooks(executions, (execution) => execution.executionDidEnd?.(error));
    return error;
  }
  await callHooks(executions, (execution) => execution.executionDidEnd?.());
  return undefined;
}

async function encounter(
  listeners: readonly Listener[],
  context: Complete,
  errors: readonly GraphQLError[],
): Promise<void> {
  context.errors = errors;
  await callHooks(listeners, (listener) => listener.didEncounterErrors?.(context));
}

async function refuse(
  { formatError }: KnownPipeline,
  listeners: readonly Listener[],
  context: Complete,
  error: GraphQLError,
): Promise<void> {
  await encounter(listeners, context, [error]);
  const { http } = context.response;
  context.response.body = {
    kind: 'single',
    singleResult: { errors: formatErrors([error], formatError, http) },
  };
  http.status ??= 500;
  await callHooks(listeners, (listener) => listener.willSendResponse?.(context));
}

/** A hook has failed where none may. */
async function unexpected(
  { server, plugins, formatError }: KnownPipeline,
  requestContext: Context,
  error: GraphQLError,
): Promise<HTTPGraphQLResponse> {
  await callHooks(plugins, (plugin) => plugin.unexpectedErrorProcessingRequest?.({ requestContext, error }));
  server.logger.error(`Unexpected error processing request: ${error}`);
  const head = { status: 500, headers: new HeaderMap() };
  const errors = formatErrors([asGraphQLError(new Error('Internal server error'))], formatError, head);
  return { ...head, body: { kind: 'complete', string: `${JSON.stringify({ errors })}\n` } };
}
