/** For each metric, a histogram's parts among them, the labels that its series bear somewhere. */
export type Exposed = Map<string, Set<string>>;

/** Reads every address in Prometheus's text form. A metric that is announced without a series has no labels. */
export async function readExposed(urls: readonly string[]): Promise<Exposed> {
  const texts = await Promise.all(urls.map(async (url) => (await fetch(url)).text()));
  const exposed: Exposed = new Map();
  const labelsOf = (metric: string) => {
    const labels = exposed.get(metric) ?? new Set<string>();
    exposed.set(metric, labels);
    return labels;
  };
  for (const line of texts.join('\n').split('\n')) {
    const [, announced, kind] = /^# TYPE (\S+) (\S+)/.exec(line) ?? [];
    if (announced && kind !== 'histogram') labelsOf(announced);
    const [, metric, labels = ''] = /^([a-z_]\w*)(?:\{(.*)\})? /.exec(line) ?? [];
    if (!metric) continue;
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) labelsOf(metric).add(label);
    labelsOf(metric);
  }
  return exposed;
}
