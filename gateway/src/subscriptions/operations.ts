import type { ApolloServer } from '@apollo/server';
import {
  type DocumentNode,
  type FormattedExecutionResult,
  GraphQLError,
  getOperationAST,
  type ValidationRule,
} from 'graphql';
import { answeredPosition, type EdgeContext } from '../context.ts';
import { edgeCodes } from '../edge-codes.ts';
import type { Generation } from '../planning/types.ts';
import { type TrustedDocuments, untrustedMessage } from '../plugins/trusted-documents.ts';
import { coded, createReadDocument } from './documents.ts';
import { createSubscribe, type Subscribe, type SubscribeOptions } from './subscribe.ts';

/** An operation, whatever transport brings it. */
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

export interface OperationsOptions extends Omit<SubscribeOptions, 'readDocument'> {
  server: ApolloServer<EdgeContext>;
  rules: readonly ValidationRule[];
  maxTokens: number;
  allowsIntrospection: boolean;
  documents: TrustedDocuments;
}

/** All three kinds of operation for the streaming transports. */
export interface Operations {
  admit(request: OperationRequest): Admitted | { errors: readonly GraphQLError[] };
  /** A query or mutation, through Apollo Server and its plugins. */
  execute(admitted: Admitted, context: EdgeContext): Promise<FormattedExecutionResult>;
  subscribe: Subscribe;
}

export function createOperations(options: OperationsOptions): Operations {
  const readDocument = createReadDocument(options);
  return {
    admit(request) {
      if (!options.documents.allows(request.query)) {
        return { errors: [coded(new GraphQLError(untrustedMessage), edgeCodes.forbidden)] };
      }
      const generation = options.host.current();
      const document = readDocument(request.query, generation);
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

    subscribe: createSubscribe({ ...options, readDocument }),
  };
}
