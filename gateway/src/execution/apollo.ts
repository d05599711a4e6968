import type { ApolloServerOptionsWithGateway, BaseContext } from '@apollo/server';
import { type DocumentNode, GraphQLError, type GraphQLSchema } from 'graphql';
import { labelsFor } from '../planning/override-labels.ts';
import type { Generation } from '../planning/types.ts';
import { errorCode } from './errors.ts';
import { execute } from './execute.ts';
import type { ExecutionOutcome, RequestContext } from './types.ts';
import type { CancelSignal } from './cancel.ts';

type ApolloGateway = ApolloServerOptionsWithGateway<BaseContext>['gateway'];
type SchemaListener = Parameters<ApolloGateway['onSchemaLoadOrUpdate']>[0];

export interface GatewayInterfaceOptions<TContext> {
  /** The generation to start with. */
  readonly generation: Generation;
  /** What execution may know of a request, from Apollo Server's context value. */
  readonly requestContextOf: (contextValue: TContext) => RequestContext;
  /** Aborts when the client is gone. */
  readonly signalOf?: (contextValue: TContext) => CancelSignal | undefined;
  /** Which `@override(label:)` labels are on; `percent(n)` is decided by the request id without it. */
  readonly overrideLabelsOf?: (contextValue: TContext, labels: readonly string[]) => Iterable<string>;
}

/** A validated operation of one request. */
export interface AdmittedOperation<TContext> {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly queryHash: string;
  readonly request: {
    readonly operationName?: string | undefined;
    readonly variables?: Readonly<Record<string, unknown>> | undefined;
  };
  readonly contextValue: TContext;
}

export type Run<TContext> = (operation: AdmittedOperation<TContext>) => Promise<ExecutionOutcome>;

export interface GatewayAdaptor<TContext> {
  /** For `new ApolloServer({ gateway })`. */
  readonly gateway: ApolloGateway;
  /** What the gateway executes with, for those who need no Apollo Server around it. */
  readonly run: Run<TContext>;
  /** The generation that admits requests now. */
  current(): Generation;
  /** Admits from now on by another generation. What has started stays on the one that admitted it. */
  swap(next: Generation): void;
}

/** Our executor behind the interface that Apollo Server has for gateways. */
export function createGatewayInterface<TContext>(
  options: GatewayInterfaceOptions<TContext>,
): GatewayAdaptor<TContext> {
  const listeners = new Set<SchemaListener>();
  // Apollo Server holds the schema that validated a request; its generation must be the one to run it.
  const generations = new WeakMap<GraphQLSchema, Generation>();
  let current = options.generation;

  function announce(generation: Generation, to: Iterable<SchemaListener>): void {
    generations.set(generation.apiSchema, generation);
    const { apiSchema, supergraphSdl } = generation;
    for (const listener of to) listener({ apiSchema, coreSupergraphSdl: supergraphSdl });
  }

  const run: Run<TContext> = async ({ schema, document, queryHash, request, contextValue }) => {
    const generation = generations.get(schema) ?? current;
    const requestContext = options.requestContextOf(contextValue);
    const { overrideLabels } = generation;
    const labels =
      overrideLabels.length === 0
        ? undefined
        : (options.overrideLabelsOf?.(contextValue, overrideLabels) ??
          labelsFor(requestContext, overrideLabels));
    const name = request.operationName || undefined;
    try {
      const compiled =
        generation.lookup(queryHash, name, labels) ??
        (await generation.plan(document, name, { documentKey: queryHash, overrideLabels: labels }));
      if (compiled.kind === 'subscription') return { errors: [notHere()] };
      const { variables } = request;
      const signal = options.signalOf?.(contextValue);
      return await execute(compiled, { variables, context: requestContext, signal });
    } catch (error) {
      if (error instanceof GraphQLError) return { errors: [error] };
      throw error;
    }
  };

  const gateway: ApolloGateway = {
    onSchemaLoadOrUpdate(listener) {
      listeners.add(listener);
      announce(current, [listener]);
      return () => listeners.delete(listener);
    },
    async load() {
      return {
        executor: ({ context, ...operation }) => run({ ...operation, contextValue: context as TContext }),
      };
    },
    async stop() {
      listeners.clear();
    },
  };

  return {
    gateway,
    run,
    current: () => current,
    swap(next) {
      current = next;
      announce(next, listeners);
    },
  };
}

function notHere(): GraphQLError {
  return new GraphQLError('Subscriptions are served over a streaming transport.', {
    extensions: { code: errorCode.badInput },
  });
}
