/**
 * Reads `name=url,name=url`: where subgraphs are reached, when that differs from what the supergraph says.
 * @throws Error naming the entry that is neither
 */
export function readSubgraphUrls(entries: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    entries.map((entry) => {
      const [, name, url] = /^([^=]+)=(.+)$/.exec(entry) ?? [];
      if (!name || !url || !URL.canParse(url)) throw new Error(`SUBGRAPH_URLS: "${entry}" is not name=url`);
      return [name, url];
    }),
  );
}
