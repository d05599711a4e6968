import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { requireTool } from '@murmuration/testing/tool';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { AlertCase } from './alert-case.ts';
import { alertCases } from './cases.ts';
import { alertRules, ruleGroups } from './rules.ts';

const promtool = requireTool({ command: 'promtool', debianPackage: 'prometheus' });
const folder = mkdtempSync(join(tmpdir(), 'alerts-'));
const rulesFile = join(folder, 'rules.yaml');
writeFileSync(rulesFile, stringify({ groups: ruleGroups() }));
afterAll(() => rmSync(folder, { recursive: true }));

const rules = new Map(alertRules().map((rule) => [rule.alert, rule]));

/** One case as promtool reads it. */
function asUnitTest({ alert, atMinute, fires, series }: AlertCase) {
  const rule = rules.get(alert);
  const fired = fires && { exp_labels: { ...fires, ...rule?.labels }, exp_annotations: rule?.annotations };
  return {
    interval: '1m',
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    alert_rule_test: [{ alertname: alert, eval_time: `${atMinute}m`, exp_alerts: fired ? [fired] : [] }],
  };
}

/** A file with the rules of one alert: promtool works out every rule it is given, minute by minute, for each case. */
function rulesOf(alert: string): string {
  const file = join(folder, `${alert}-rules.yaml`);
  const groups = ruleGroups().map((group) => ({
    ...group,
    rules: group.rules.filter((rule) => rule.alert === alert),
  }));
  writeFileSync(file, stringify({ groups: groups.filter((group) => group.rules.length > 0) }));
  return file;
}

/** Writes cases of an alert down as promtool reads them. */
function writeCases(alert: string, cases: readonly AlertCase[], name = alert): string {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, stringify({ rule_files: [rulesOf(alert)], tests: cases.map(asUnitTest) }));
  return file;
}

/** What promtool has to say against the cases of these files; empty when they hold. */
async function problemsOf(...files: readonly string[]): Promise<string> {
  try {
    await promisify(execFile)(promtool, ['test', 'rules', ...files]);
    return '';
  } catch (error) {
    return String((error as { stdout?: string; stderr?: string }).stderr || error);
  }
}

test('Prometheus accepts every rule', async () => {
  const { stdout } = await promisify(execFile)(promtool, ['check', 'rules', rulesFile]);
  expect(stdout).toContain(`${rules.size} rules found`);
});

/** Of all alerts at once: promtool takes longer to start than to judge. Only what does not hold is asked about one by one. */
let everyProblem: string;
beforeAll(async () => {
  const files = [...rules.keys()].map((alert) =>
    writeCases(
      alert,
      alertCases.filter((each) => each.alert === alert),
    ),
  );
  everyProblem = await problemsOf(...files);
});

test.each([...rules.keys()])('%s fires when it must, and stays quiet close to it', async (alert) => {
  const cases = alertCases.filter((each) => each.alert === alert);
  expect(cases.filter(({ fires }) => fires).length).toBeGreaterThan(0);
  expect(cases.filter(({ fires }) => !fires).length).toBeGreaterThan(0);
  expect(everyProblem && (await problemsOf(writeCases(alert, cases)))).toBe('');
});

test('a case that does not hold is found', async () => {
  const firing = alertCases.find(({ alert, fires }) => alert === 'ProcessDown' && fires);
  if (!firing) throw new Error('there is no case');
  const wrong = writeCases(firing.alert, [{ ...firing, atMinute: 1 }], 'wrong');
  expect(await problemsOf(wrong)).toContain('ProcessDown');
});

test('no case is for an alert that is gone', () => {
  expect(alertCases.map(({ alert }) => alert).filter((alert) => !rules.has(alert))).toEqual([]);
});

const sections = [
  'What it means',
  'What people notice',
  'How to look',
  'What to do',
  'How to know it is over',
];

test.each([...rules.values()])('$alert has a page that says what to do', ({ annotations }) => {
  expect(annotations.runbook_url).toMatch(/^https:\/\/runbooks\.example\.org\/[a-z-]+\.md$/);
  const page = new URL(`../../../docs/runbooks${new URL(annotations.runbook_url).pathname}`, import.meta.url);
  expect(existsSync(page)).toBe(true);
  const headings = [...readFileSync(page, 'utf8').matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
  expect(headings).toEqual(sections);
});
