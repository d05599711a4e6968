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

/** What a laptop's Prometheus takes too, and what only a cluster has. */
export const ruleFiles = ['alerts', 'replication', 'backups', 'redis', 'certificates'] as const;

/** The groups of every PrometheusRule, or of some, as Prometheus itself reads them. */
export function ruleGroups(files: readonly (typeof ruleFiles)[number][] = ruleFiles): RuleGroup[] {
  return files.flatMap((name) => {
    const text = readFileSync(new URL(`../../observe/${name}.yaml`, import.meta.url), 'utf8');
    return (parse(text) as { spec: { groups: RuleGroup[] } }).spec.groups;
  });
}

export function alertRules(files?: readonly (typeof ruleFiles)[number][]): AlertRule[] {
  return ruleGroups(files).flatMap(({ rules }) => rules);
}
