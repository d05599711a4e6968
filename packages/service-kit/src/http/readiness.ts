import { dependencyUp } from '../observe/metrics.ts';

/** Resolves when what it asks is there; rejects when it is not. It shares nothing that requests wait for. */
export type Readiness = () => Promise<unknown> | unknown;

export const readinessLimits = {
  /** For one look at a dependency. */
  lookMs: 2_000,
  everyMs: 2_000,
  /** While it has not been there yet. */
  firstEveryMs: 200,
} as const;

export interface DependencyWatch {
  /** Those that have not been there since the start; waits for the first look at each. */
  missing(): Promise<string[]>;
  /** As of the last look. */
  states(): Record<string, 'up' | 'away'>;
  stop(): void;
}

interface Dependency {
  name: string;
  hasBeenUp: boolean;
  isUp: boolean;
  firstLook: Promise<void>;
}

/**
 * Looks at what a process depends on, by the clock and however often it is asked for. A process is ready once
 * each has been there: one that started with a wrong address never gets traffic. What goes away later makes nobody
 * unready: it went away for all replicas, and an edge that leaves its balancer, or a subgraph its gateway, would turn an
 * outage of one part into one of everything. It is shown by `dependency_up` and by `/readyz?verbose`.
 */
export function watchDependencies(checks: Record<string, Readiness>): DependencyWatch {
  const stopping = new AbortController();
  const dependencies = Object.entries(checks).map(([name, check]) => watch(name, check, stopping.signal));
  return {
    async missing() {
      await Promise.all(dependencies.map(({ firstLook }) => firstLook));
      return dependencies.flatMap(({ hasBeenUp, name }) => (hasBeenUp ? [] : [name]));
    },
    states: () =>
      Object.fromEntries(dependencies.map(({ isUp, name }) => [name, isUp ? 'up' : 'away'] as const)),
    stop: () => stopping.abort(),
  };
}

function watch(name: string, check: Readiness, stopping: AbortSignal): Dependency {
  const gauge = dependencyUp.labels(name);
  const dependency: Dependency = { name, hasBeenUp: false, isUp: false, firstLook: Promise.resolve() };
  async function look(): Promise<void> {
    const isUp = await succeedsInTime(check);
    Object.assign(dependency, { isUp, hasBeenUp: dependency.hasBeenUp || isUp });
    gauge.set(isUp ? 1 : 0);
    if (stopping.aborted) return;
    const { everyMs, firstEveryMs } = readinessLimits;
    setTimeout(() => void look(), dependency.hasBeenUp ? everyMs : firstEveryMs).unref();
  }
  dependency.firstLook = look();
  return dependency;
}

async function succeedsInTime(check: Readiness): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), readinessLimits.lookMs).unref();
  });
  const looked = (async () => check())().then(
    () => true,
    () => false,
  );
  return Promise.race([looked, late]).finally(() => clearTimeout(timer));
}
