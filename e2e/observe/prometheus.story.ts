import { existsSync } from 'node:fs';
import path from 'node:path';
import { observe, observeAdvice, processNames, type Stack } from '@murmuration/dev';
import { requireTool } from '@murmuration/testing/tool';
import { beforeAll, expect, test } from 'vitest';
import { alertRules } from '../../k8s/test/observe/rules.ts';
import { sharedStory } from '../support/shared.ts';

const prometheus = requireTool({ command: 'prometheus', debianPackage: 'prometheus' });
let stack: Stack;
beforeAll(() => {
  stack = sharedStory();
});

/** The `data` of an answer of Prometheus's API. */
async function ask<Data>(url: string, route: string): Promise<Data> {
  const answer = await fetch(`${url}/api/v1/${route}`);
  return ((await answer.json()) as { data: Data }).data;
}

test('Prometheus beside a stack scrapes every process and evaluates every rule; then it is gone', async () => {
  const observation = await observe(stack, { prometheus, grafana: undefined });
  const url = /Prometheus +(\S+)/.exec(observation.lines.join('\n'))?.[1] ?? '';
  expect(observation.lines).toContain(observeAdvice.grafana);
  try {
    await expect
      .poll(
        async () => {
          const { result } = await ask<{ result: { metric: { job: string }; value: [number, string] }[] }>(
            url,
            'query?query=up',
          );
          return result.map(({ metric, value }) => `${metric.job} ${value[1]}`).toSorted();
        },
        { timeout: 60_000, interval: 500 },
      )
      .toEqual(processNames.toSorted().map((job) => `murmuration/${job} 1`));

    interface Rule {
      name: string;
      health: string;
      state: 'inactive' | 'pending' | 'firing';
    }
    const rulesOf = async () => {
      const { groups } = await ask<{ groups: { rules: Rule[] }[] }>(url, 'rules');
      return groups.flatMap(({ rules }) => rules);
    };
    const unsound = async () => (await rulesOf()).filter(({ health }) => health !== 'ok');
    await expect.poll(unsound, { timeout: 60_000, interval: 500 }).toEqual([]);
    const onOneMachine = alertRules(['alerts']);
    expect((await rulesOf()).map(({ name }) => name).toSorted()).toEqual(
      onOneMachine.map(({ alert }) => alert).toSorted(),
    );
    expect((await rulesOf()).filter(({ state }) => state === 'firing')).toEqual([]);
  } finally {
    await observation.stop();
  }
  expect(existsSync(path.join(stack.stateFolder, 'prometheus.pid'))).toBe(false);
  await expect(fetch(`${url}/-/ready`)).rejects.toThrow('fetch failed');
});

test('without the programs the stack runs on, and it is said how to get them', async () => {
  const observation = await observe(stack, { prometheus: undefined, grafana: undefined });
  expect(observation.lines).toEqual([observeAdvice.prometheus, observeAdvice.grafana]);
  expect(observation.lines.join()).toContain('apt-get install prometheus');
  await observation.stop();
});

test('a Prometheus that cannot run is named and breaks nothing', async () => {
  const observation = await observe(stack, { prometheus: '/bin/false', grafana: undefined });
  expect(observation.lines.join()).toContain('/bin/false stopped at once');
  await observation.stop();
  expect((await fetch(`${stack.url}/livez`)).status).toBe(200);
});
