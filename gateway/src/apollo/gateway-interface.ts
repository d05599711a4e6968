import type { ApolloServerOptionsWithGateway } from '@apollo/server';
import type { EdgeContext } from '../operation/context.ts';

/** What Apollo Server takes as its gateway: loads a schema, says when it changes, executes. */
export type GatewayInterface = ApolloServerOptionsWithGateway<EdgeContext>['gateway'];
