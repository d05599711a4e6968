import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export interface AlertRule {
  alert: string;
  expr: string;
  for?: string;
  labels: { severity: 'warning' | 'critical' };
  annotations: { summary: string; runbook_url: string };
}

export interface RuleGroup {
  name: string;
  rules: AlertRule[];
}

/** What a laptop's Prometheus takes too, what only a cluster has, and what is for those who run the registry. */
export const ruleFiles = ['alerts', 'replication', 'backups', 'redis', 'certificates', 'registry'] as const;

const folderOf = (name: (typeof ruleFiles)[number]) =>
  name === 'registry' ? 'registry/alerts' : `observe/${name}`;

/** The groups of every PrometheusRule, or of some, as Prometheus itself reads them. */
export function ruleGroups(files: readonly (typeof ruleFiles)[number][] = ruleFiles): RuleGroup[] {
  return files.flatMap((name) => {
    const text = readFileSync(new URL(`../../${folderOf(name)}.yaml`, import.meta.url), 'utf8');
    return (parse(text) as { spec: { groups: RuleGroup[] } }).spec.groups;
  });
}

export function alertRules(files?: readonly (typeof ruleFiles)[number][]): AlertRule[] {
  return ruleGroups(files).flatMap(({ rules }) => rules);
}
