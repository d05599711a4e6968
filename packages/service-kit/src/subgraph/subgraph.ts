import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  type ExecutionResult,
  type GraphQLSchema,
  getOperationAST,
  type OperationTypeNode,
  parse,
} from 'graphql';
import type { Logger } from 'pino';
import { maskError } from '../errors/mask.ts';
import { createOperationTimer } from '../observe/operation-timer.ts';
import { outcomeOf } from '../observe/outcome.ts';
import { traceRootFields } from '../observe/tracing/resolvers.ts';
import { inSpan } from '../observe/tracing/tracing.ts';
import type { RequestContext } from './context.ts';
import { createDocumentCache } from './documents.ts';
import { resolveEntitiesFast } from './entities.ts';
import { createOperationRunner } from './run-operation.ts';

/** Resolvers as codegen types them; the schema builder checks them against the SDL. */
export type Resolvers = NonNullable<
  Parameters<typeof buildSubgraphSchema>[0] extends infer T
    ? T extends { resolvers?: infer R }
      ? R
      : never
    : never
>;

export interface GraphQLRequest {
  query: string;
  operationName?: string | null | undefined;
  variables?: Record<string, unknown> | null | undefined;
  extensions?: unknown;
}

/** A subgraph without a transport: what tests call directly and the HTTP server adapts. */
export interface Subgraph<Context extends RequestContext> {
  name: string;
  schema: GraphQLSchema;
  /** The operation's kind, or null when the request does not parse. */
  kindOf(request: GraphQLRequest): OperationTypeNode | null;
  execute(request: GraphQLRequest, context: RequestContext): Promise<ExecutionResult>;
  /** Adds the domain's loaders and services to a request. */
  createContext(request: RequestContext): Context;
}

export function createSubgraph<Context extends RequestContext>(options: {
  name: string;
  /** The SDL file's text. */
  typeDefs: string;
  resolvers: unknown;
  createContext(request: RequestContext): Context;
  logger: Logger;
}): Subgraph<Context> {
  const schema = buildSubgraphSchema([
    { typeDefs: parse(options.typeDefs), resolvers: options.resolvers as Resolvers },
  ]);
  resolveEntitiesFast(schema);
  traceRootFields(schema);
  const timer = createOperationTimer(options.name);
  const readDocument = createDocumentCache(schema);
  const runOperation = createOperationRunner(schema);

  async function run(request: GraphQLRequest, base: RequestContext): Promise<ExecutionResult> {
    const parsed = readDocument(request.query);
    if ('errors' in parsed) return { errors: parsed.errors };
    const result = await runOperation({
      document: parsed.document,
      contextValue: options.createContext(base),
      variableValues: request.variables ?? null,
      operationName: request.operationName ?? null,
    });
    const extensions = Object.keys(base.extensions).length > 0 ? { extensions: base.extensions } : {};
    if (!result.errors) return { data: result.data ?? null, ...extensions };
    const errors = result.errors.map((error) => maskError(error, base.logger));
    return { ...(result.data === undefined ? {} : { data: result.data }), errors, ...extensions };
  }

  return {
    name: options.name,
    schema,
    createContext: options.createContext,
    kindOf(request) {
      const parsed = readDocument(request.query);
      if ('errors' in parsed) return null;
      return getOperationAST(parsed.document, request.operationName)?.operation ?? null;
    },
    async execute(request, base) {
      const startedAtMs = performance.now();
      const name = timer.labelOf(request.operationName);
      const result = await inSpan(`${options.name} ${name}`, {}, () => run(request, base));
      timer.observe(name, outcomeOf(result.errors), startedAtMs);
      return result;
    },
  };
}
