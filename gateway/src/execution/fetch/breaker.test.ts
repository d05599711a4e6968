import { expect, test } from 'vitest';
import { anonymousContext } from '../../../test/differential/harness.ts';
import { FetchFailure } from '../errors.ts';
import type { SubgraphRequest } from '../types.ts';
import { withBreaker } from './breaker.ts';
import type { Call } from './exchange.ts';
import { defaultLimits, type SubgraphLimits } from './settings.ts';

let nowMs = 0;

/** A subgraph that is up or down, behind a breaker; a call answers what became of it. */
function behindBreaker(limits: Partial<SubgraphLimits>) {
  const subgraph = { isUp: false };
  const exchange = withBreaker(
    async () => {
      if (!subgraph.isUp) throw new FetchFailure('UNREACHABLE', 'down');
      return { status: 200, text: '{"data":null}' };
    },
    { ...defaultLimits, ...limits },
    () => nowMs,
  );
  const ask = () =>
    exchange(call).then(
      () => 'answered',
      ({ reason }: FetchFailure) => reason,
    );
  return { subgraph, ask };
}

test('stays closed when the request that fills its window goes well', async () => {
  const { ask, subgraph } = behindBreaker({ breakerMinimum: 3 });
  expect([await ask(), await ask()]).toEqual(['UNREACHABLE', 'UNREACHABLE']);
  subgraph.isUp = true;
  expect([await ask(), await ask()]).toEqual(['answered', 'answered']);
});

test('waits longer after each try that failed, up to a limit, and starts anew once it closed', async () => {
  const { ask, subgraph } = behindBreaker({ breakerMinimum: 1, breakerOpenMs: 100, breakerMaxOpenMs: 1_000 });
  const opensFor = async (openMs: number) => {
    // Jitter is a quarter to either side.
    nowMs += openMs * 0.74;
    expect(await ask()).toBe('CIRCUIT_OPEN');
    nowMs += openMs * 0.52;
  };
  expect(await ask()).toBe('UNREACHABLE');
  for (const openMs of [100, 200, 400, 800, 1_000, 1_000]) {
    await opensFor(openMs);
    expect(await ask()).toBe('UNREACHABLE');
  }
  await opensFor(1_000);
  subgraph.isUp = true;
  expect(await ask()).toBe('answered');
  subgraph.isUp = false;
  expect(await ask()).toBe('UNREACHABLE');
  await opensFor(100);
});

const request: SubgraphRequest = {
  subgraph: 'a',
  url: undefined,
  query: '{a}',
  operationName: undefined,
  variablesJson: '{}',
  body: '{"query":"{a}"}',
  kind: 'query',
  context: anonymousContext(),
  signal: undefined,
};
const call: Call = { request, signal: undefined, deadline: Infinity, onDispatch: () => undefined };
