import { ApolloGateway, type GatewayConfig } from '@apollo/gateway';
import type { DocumentNode, ExecutionResult } from 'graphql';
import type { SubgraphResponse } from '../../src/execution/types.ts';

process.env.APOLLO_TELEMETRY_DISABLED = '1';

export interface StockGateway {
  execute(
    document: DocumentNode,
    source: string,
    variables: Record<string, unknown>,
  ): Promise<ExecutionResult>;
  stop(): Promise<void>;
}

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** Apollo's own gateway over the same in-process subgraphs. */
export async function createStockGateway(
  supergraphSdl: string,
  ask: (subgraph: string, query: string, variablesJson: string) => Promise<SubgraphResponse>,
): Promise<StockGateway> {
  const config: GatewayConfig = {
    supergraphSdl,
    logger: silent,
    buildService: ({ name = '' }) => ({
      process: async ({ request }) =>
        (await ask(name, request.query ?? '', JSON.stringify(request.variables ?? {}))) as never,
    }),
  };
  const gateway = new ApolloGateway(config);
  const { schema } = await gateway.load();
  return {
    execute: async (document, source, variables) =>
      (await gateway.executor({
        request: { query: source, variables },
        document,
        source,
        queryHash: source,
        operationName: null,
        schema,
        context: {},
        metrics: {},
        logger: silent,
      } as never)) as ExecutionResult,
    stop: () => gateway.stop(),
  };
}
