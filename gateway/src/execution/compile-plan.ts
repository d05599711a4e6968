import type { ConditionNode, PlanNode } from '@apollo/query-planner';
import { compileFetch, type FetchEnvironment } from './compile-fetch.ts';
import { type PlanPath, planPathOf } from './path.ts';
import { runEntityFetch } from './run-entities.ts';
import { runRootFetch } from './run-fetch.ts';
import type { RunState } from './run-state.ts';

/** A node of a plan, ready to run. Answers nothing when there was nothing to wait for. */
export type Step = (state: RunState) => Promise<void> | undefined;

export function compilePlan(node: PlanNode, env: FetchEnvironment, path: PlanPath = []): Step {
  switch (node.kind) {
    case 'Fetch': {
      const fetch = compileFetch(node, path, env);
      const { representer } = fetch;
      if (!representer) return (state) => runRootFetch(fetch, state);
      return (state) => runEntityFetch(fetch, representer, env.types, state);
    }
    case 'Flatten':
      return compilePlan(node.node, env, [...path, ...planPathOf(node.path)]);
    case 'Sequence':
      return inSequence(node.nodes.map((child) => compilePlan(child, env, path)));
    case 'Parallel':
      return inParallel(node.nodes.map((child) => compilePlan(child, env, path)));
    case 'Condition':
      return onCondition(node, env, path);
    case 'Defer':
      throw new Error('The planner was asked not to plan @defer');
    default:
      return node satisfies never;
  }
}

function inSequence(steps: Step[]): Step {
  return async (state) => {
    for (const step of steps) {
      const running = step(state);
      if (running) await running;
    }
  };
}

function inParallel(steps: Step[]): Step {
  return (state) => {
    const running: Promise<void>[] = [];
    for (const step of steps) {
      const one = step(state);
      if (one) running.push(one);
    }
    if (running.length <= 1) return running[0];
    return Promise.all(running).then(() => undefined);
  };
}

function onCondition(node: ConditionNode, env: FetchEnvironment, path: PlanPath): Step {
  const whenOn = node.ifClause && compilePlan(node.ifClause, env, path);
  const whenOff = node.elseClause && compilePlan(node.elseClause, env, path);
  return (state) => (state.isOn(node.condition) ? whenOn : whenOff)?.(state);
}
