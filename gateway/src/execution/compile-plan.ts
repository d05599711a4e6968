import type { PlanNode, PlanPath } from '../planning/plan.ts';
import { compileEntityFetch, compileRootFetch, type FetchEnvironment } from './compile-fetch.ts';
import { runEntityFetch } from './run-entities.ts';
import { runRootFetch } from './run-fetch.ts';
import type { RunState } from './run-state.ts';

/** A node of a plan, ready to run. Answers nothing when there was nothing to wait for. */
export type Step = (state: RunState) => Promise<void> | undefined;

export function compilePlan(node: PlanNode, env: FetchEnvironment, path: PlanPath = []): Step {
  switch (node.kind) {
    case 'Fetch': {
      if (node.requires) return compileEntities(node, env, path);
      const fetch = compileRootFetch(node, path, env);
      return (state) => runRootFetch(fetch, state);
    }
    case 'BatchFetch':
      return compileEntities(node, env, path);
    case 'Flatten':
      return compilePlan(node.node, env, [...path, ...node.path]);
    case 'Sequence':
      return inSequence(node.nodes.map((child) => compilePlan(child, env, path)));
    case 'Parallel':
      return inParallel(node.nodes.map((child) => compilePlan(child, env, path)));
    default:
      return node satisfies never;
  }
}

function compileEntities(
  node: Extract<PlanNode, { kind: 'Fetch' | 'BatchFetch' }>,
  env: FetchEnvironment,
  path: PlanPath,
): Step {
  const fetch = compileEntityFetch(node, path, env);
  return (state) => runEntityFetch(fetch, env.types, state);
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
