import { Gauge, metrics } from '@murmuration/service-kit';
import { createEdgeContext } from '../operation/context.ts';
import type { SubgraphFetcher } from '../execution/types.ts';

export const healthLimits = { timeoutMs: 1_000 } as const;

const query = '{__typename}';

const subgraphUp = new Gauge({
  name: 'gateway_subgraph_up',
  help: 'Whether a subgraph answered when it was looked at last',
  labelNames: ['subgraph'],
  registers: [metrics],
});

/**
 * Whether any subgraph answers. A gateway that starts while one is away serves the rest, whose fields are not null for
 * that: were it to wait, a lost node or a roll-out would turn an outage of one part into one of everything.
 */
export function createSubgraphHealth(options: {
  fetcher: SubgraphFetcher;
  subgraphs(): readonly { name: string; url: string | undefined }[];
}): () => Promise<void> {
  async function ask({ name, url }: { name: string; url: string | undefined }): Promise<boolean> {
    const context = createEdgeContext({
      identity: { kind: 'service', name: 'gateway' },
      requestId: 'readiness',
      deadlineMs: healthLimits.timeoutMs,
    });
    const fetching = options.fetcher.fetch({
      subgraph: name,
      url,
      query,
      operationName: undefined,
      variablesJson: '{}',
      body: JSON.stringify({ query }),
      kind: 'query',
      context,
      signal: undefined,
    });
    const isUp = await fetching.then(
      () => true,
      () => false,
    );
    subgraphUp.labels(name).set(isUp ? 1 : 0);
    return isUp;
  }

  return async () => {
    const results = await Promise.all(options.subgraphs().map(ask));
    if (!results.includes(true)) throw new Error('no subgraph answers');
  };
}
