/** A metric that an expression reads, with the labels it names: in its selector and in the `by` before it. */
export interface MetricUse {
  metric: string;
  labels: string[];
}

/** Labels that come from the target or from an alert's own expression. */
const addedLabels = new Set(['job', 'instance', 'pod', 'namespace', 'part']);
/** Metrics that are not ours to expose: of Prometheus itself, and of what issues and shows certificates. */
const othersMetrics = new Set([
  'up',
  'nginx_ingress_controller_ssl_expire_time_seconds',
  'certmanager_certificate_expiration_timestamp_seconds',
]);

const tokens = [
  /\b(?:by|without|on|ignoring) ?\((?<grouped>[^)]*)\)/,
  /"[^"]*"|\[[^\]]*\]|\boffset \w+|\b(?:bool|sum|avg|min|max|count|topk)\b/,
  /(?<operator>\b(?:and|or|unless)\b|[/*<>])/,
  /\b(?<metric>[a-z_]\w*)\b(?!\s*\()(?:\{(?<selector>[^}]*)\})?/,
];
const token = new RegExp(tokens.map(({ source }) => source).join('|'), 'g');
const matcher = /(\w+)\s*(?:=~|!~|!=|=)\s*"/g;

/** What an expression reads. Not a parser: it walks over the tokens that name something. */
export function readExpression(expression: string): MetricUse[] {
  const uses: MetricUse[] = [];
  let grouped: string[] = [];
  for (const { groups = {} } of expression.matchAll(token)) {
    if (groups['operator']) grouped = [];
    if (groups['grouped'] !== undefined) grouped = groups['grouped'].match(/\w+/g) ?? [];
    const { metric, selector = '' } = groups;
    if (!metric || othersMetrics.has(metric)) continue;
    const selected = [...selector.matchAll(matcher)].map(([, name = '']) => name);
    const labels = [...new Set([...selected, ...grouped])].filter((name) => !addedLabels.has(name));
    uses.push({ metric, labels });
  }
  return uses;
}
