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

/** The groups of every PrometheusRule, as Prometheus itself reads them. */
export function ruleGroups(): RuleGroup[] {
  return ['alerts', 'replication', 'certificates'].flatMap((name) => {
    const text = readFileSync(new URL(`../../observe/${name}.yaml`, import.meta.url), 'utf8');
    return (parse(text) as { spec: { groups: RuleGroup[] } }).spec.groups;
  });
}

export function alertRules(): AlertRule[] {
  return ruleGroups().flatMap(({ rules }) => rules);
}
