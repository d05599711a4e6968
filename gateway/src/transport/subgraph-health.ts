import { createEdgeContext } from '../context.ts';
import type { SubgraphFetcher } from '../execution/types.ts';

export const healthLimits = { timeoutMs: 1_000, freshMs: 1_000 } as const;

const query = '{__typename}';

/**
 * Readiness with respect to subgraphs. Until each has answered once, the gateway is not ready: it has just
 * been deployed with them. Later it is ready while any answers, since the others' fields are null and an edge
 * that takes itself away would turn one outage into all.
 */
export function createSubgraphHealth(options: {
  fetcher: SubgraphFetcher;
  subgraphs(): readonly { name: string; url: string | undefined }[];
}): () => Promise<void> {
  const answered = new Set<string>();
  let last: { atMs: number; done: Promise<void> } | undefined;

  async function ask({ name, url }: { name: string; url: string | undefined }): Promise<boolean> {
    const context = createEdgeContext({
      identity: { kind: 'service', name: 'gateway' },
      requestId: 'readiness',
      deadlineMs: healthLimits.timeoutMs,
    });
    try {
      await options.fetcher.fetch({
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
      answered.add(name);
      return true;
    } catch {
      return false;
    }
  }

  async function check(): Promise<void> {
    const subgraphs = options.subgraphs();
    const results = await Promise.all(subgraphs.map(ask));
    const missing = subgraphs.filter(({ name }) => !answered.has(name));
    if (missing.length > 0)
      throw new Error(`no answer yet from ${missing.map(({ name }) => name).join(', ')}`);
    if (!results.includes(true)) throw new Error('no subgraph answers');
  }

  return () => {
    if (!last || Date.now() - last.atMs > healthLimits.freshMs) last = { atMs: Date.now(), done: check() };
    return last.done;
  };
}
