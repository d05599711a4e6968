import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { podMetrics } from './pod-metrics.ts';

interface Rule {
  seriesQuery: string;
  name: { as: string };
  metricsQuery: string;
}

const text = readFileSync(new URL('../observe/adapter-rules.yaml', import.meta.url), 'utf8');
const { rules } = parse(text) as { rules: { custom: Rule[] } };

test('the adapter offers what the autoscalers ask for, from a series of the same name, and nothing else', () => {
  const asked = podMetrics().map(({ metric }) => metric);
  expect(asked.length).toBeGreaterThan(0);
  expect(rules.custom.map(({ name }) => name.as).toSorted()).toEqual(asked.toSorted());
  for (const { seriesQuery, name } of rules.custom) expect(seriesQuery.split('{')[0]).toBe(name.as);
});
