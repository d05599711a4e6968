/** Where a subgraph is reached, when that differs from what the supergraph says. */
export type UrlOf = (subgraph: string, url: string | undefined) => string | undefined;

/**
 * Reads `name=url,name=url`.
 * @throws Error naming the entry that is neither
 */
export function createUrlOf(entries: readonly string[]): UrlOf {
  const overrides = new Map(
    entries.map((entry) => {
      const [, name, url] = /^([^=]+)=(.+)$/.exec(entry) ?? [];
      if (!name || !url || !URL.canParse(url)) throw new Error(`SUBGRAPH_URLS: "${entry}" is not name=url`);
      return [name, url] as const;
    }),
  );
  return (subgraph, url) => overrides.get(subgraph) ?? url;
}
