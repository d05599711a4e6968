import type { ApolloServer } from '@apollo/server';
import {
  type DocumentNode,
  type FormattedExecutionResult,
  GraphQLError,
  getOperationAST,
  getVariableValues,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { answeredPosition, type EdgeContext } from '../context.ts';
import { edgeCodes } from '../edge-codes.ts';
import type { Generation } from '../planning/types.ts';
import type { FormatOutcome } from '../plugins/mask-errors.ts';
import type { RateLimit } from '../plugins/rate-limit.ts';
import { type TrustedDocuments, untrustedMessage } from '../plugins/trusted-documents.ts';
import type { SupergraphHost } from '../supergraph/host.ts';
import type { LiveLimits } from './limits.ts';
import { type Resumable, resumablesOf } from './resumable.ts';
import { openStream } from './stream.ts';
import type { Upstreams } from './upstream/pool.ts';

/** An operation as any transport brings it. */
export interface OperationRequest {
  query: string;
  operationName?: string | null | undefined;
  variables?: Record<string, unknown> | null | undefined;
  extensions?: Record<string, unknown> | null | undefined;
}

/** What was parsed and validated, tied to the supergraph that admitted it. */
export interface Admitted {
  kind: 'query' | 'mutation' | 'subscription';
  document: DocumentNode;
  generation: Generation;
  request: OperationRequest;
}

export interface OperationsOptions {
  server: ApolloServer<EdgeContext>;
  host: SupergraphHost;
  upstreams: Upstreams;
  limits: LiveLimits;
  rules: readonly ValidationRule[];
  maxTokens: number;
  allowsIntrospection: boolean;
  format: FormatOutcome;
  documents: TrustedDocuments;
  rateLimit: RateLimit;
}

/** All three kinds of operation for the streaming transports. */
export interface Operations {
  admit(request: OperationRequest): Admitted | { errors: readonly GraphQLError[] };
  /** A query or mutation, through Apollo Server and its plugins. */
  execute(admitted: Admitted, context: EdgeContext): Promise<FormattedExecutionResult>;
  subscribe(
    admitted: Admitted,
    createContext: () => EdgeContext,
  ): Promise<AsyncGenerator<FormattedExecutionResult, void> | FormattedExecutionResult>;
}

const cachedDocuments = 1_000;

export function createOperations(options: OperationsOptions): Operations {
  const rules = [
    ...specifiedRules,
    ...options.rules,
    ...(options.allowsIntrospection ? [] : [NoSchemaIntrospectionCustomRule]),
  ];
  // What a supergraph admitted goes with it.
  const documents = new WeakMap<Generation, LRUCache<string, DocumentNode>>();
  const resumables = new WeakMap<Generation, ReadonlyMap<string, Resumable>>();

  function documentOf(query: string, generation: Generation): DocumentNode | readonly GraphQLError[] {
    const cache = documents.get(generation) ?? new LRUCache<string, DocumentNode>({ max: cachedDocuments });
    documents.set(generation, cache);
    const known = cache.get(query);
    if (known) return known;
    try {
      const document = parse(query, { maxTokens: options.maxTokens });
      const problems = validate(generation.apiSchema, document, rules);
      if (problems.length > 0) return problems.map((error) => coded(error, edgeCodes.validationFailed));
      cache.set(query, document);
      return document;
    } catch (error) {
      return [coded(error as GraphQLError, edgeCodes.parseFailed)];
    }
  }

  function resumableOf(generation: Generation, field: string): Resumable | undefined {
    const known = resumables.get(generation) ?? resumablesOf(generation.supergraphSdl);
    resumables.set(generation, known);
    return known.get(field);
  }

  return {
    admit(request) {
      if (!options.documents.allows(request.query)) {
        return { errors: [coded(new GraphQLError(untrustedMessage), edgeCodes.forbidden)] };
      }
      const generation = options.host.current();
      const document = documentOf(request.query, generation);
      if (!('kind' in document)) return { errors: document };
      const operation = getOperationAST(document, request.operationName);
      if (operation) return { kind: operation.operation, document, generation, request };
      return { errors: [coded(new GraphQLError('Which operation? Name one.'), edgeCodes.badUserInput)] };
    },

    async execute({ request }, context) {
      const { query, operationName, variables } = request;
      const response = await options.server.executeOperation(
        {
          query,
          ...(operationName ? { operationName } : {}),
          ...(variables ? { variables } : {}),
        },
        { contextValue: context },
      );
      if (response.body.kind !== 'single') throw new Error('incremental delivery is not served here');
      const result = response.body.singleResult;
      const position = answeredPosition(context);
      return position ? { ...result, extensions: { ...result.extensions, position } } : result;
    },

    async subscribe({ document, generation, request }, createContext) {
      const variables = request.variables ?? {};
      const operationName = request.operationName ?? undefined;
      const problems = variableProblems(generation, document, request);
      if (problems.length > 0) return options.format({ errors: problems });
      try {
        await options.rateLimit.take(document, operationName, createContext());
        const compiled = await generation.plan(document, operationName, { documentKey: request.query });
        const field = compiled.subscription?.responseShape.fieldName ?? '';
        return openStream({
          compiled,
          resumable: resumableOf(generation, field),
          variables,
          upstreams: options.upstreams,
          limits: options.limits,
          createContext,
          format: options.format,
        });
      } catch (error) {
        if (!(error instanceof GraphQLError)) throw error;
        return options.format({ errors: [error] });
      }
    },
  };
}

/** Found before anything is opened upstream. */
function variableProblems(
  { apiSchema }: Generation,
  document: DocumentNode,
  { operationName, variables }: OperationRequest,
): GraphQLError[] {
  const definitions = getOperationAST(document, operationName)?.variableDefinitions ?? [];
  const { errors = [] } = getVariableValues(apiSchema, definitions, variables ?? {}, { maxErrors: 20 });
  return errors.map((error) => coded(error, edgeCodes.badUserInput));
}

function coded(error: GraphQLError, code: string): GraphQLError {
  return new GraphQLError(error.message, {
    nodes: error.nodes ?? null,
    source: error.source ?? null,
    positions: error.positions ?? null,
    extensions: { ...error.extensions, code },
  });
}
