/** A metric that an expression reads, with the labels it names: in its selector and in the `by` before it. */
export interface MetricUse {
  metric: string;
  labels: string[];
}

/** Labels that come from the target or from an alert's own expression. */
const addedLabels = new Set(['job', 'instance', 'pod', 'namespace', 'part']);
/**
 * Metrics that are not ours to expose: of Prometheus itself, of what issues and looks at certificates, of the operator
 * of Postgres and its plug-in, of the nodes, and of the exporter beside Redis (`redis_connected` is ours).
 */
const othersMetrics = [
  /^up$/,
  /^probe_ssl_earliest_cert_expiry$/,
  /^certmanager_certificate_expiration_timestamp_seconds$/,
  /^(cnpg|barman_cloud|kubelet_volume)_/,
  /^redis_(connected_slaves|evicted_keys_total|instance_info|memory_\w+)$/,
];

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
    if (!metric || othersMetrics.some((others) => others.test(metric))) continue;
    const selected = [...selector.matchAll(matcher)].map(([, name = '']) => name);
    const labels = [...new Set([...selected, ...grouped])].filter((name) => !addedLabels.has(name));
    uses.push({ metric, labels });
  }
  return uses;
}
