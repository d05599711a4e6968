import path from 'node:path';
import { existsSync } from 'node:fs';
import type { Stack } from '../stack/stack.ts';
import { undoAll } from '../stack/undo.ts';
import { openKeptPorts } from '../state/kept-ports.ts';
import { findProgram } from './find-program.ts';
import { startGrafana } from './grafana.ts';
import { startPrometheus } from './prometheus.ts';

export interface Observation {
  /** Where what is, and how to get what is missing. */
  lines: string[];
  stop: () => Promise<void>;
}

export interface Programs {
  prometheus: string | undefined;
  grafana: string | undefined;
}

/** How to get what is not installed. */
export const advice = {
  prometheus:
    'Prometheus is not installed: apt-get install prometheus (Debian; switch its own service off), brew install prometheus, or prometheus.io/download',
  grafana:
    'Grafana is not installed: brew install grafana, or the package or archive of grafana.com/grafana/download; put it on the PATH',
} as const;

/** What is installed here. */
export function findPrograms(): Programs {
  return { prometheus: findProgram(['prometheus']), grafana: findProgram(['grafana', 'grafana-server']) };
}

/**
 * Runs Prometheus and Grafana beside a stack, as far as they are installed. Without them, or when one does not
 * start, the stack runs on: looking must not break what is looked at.
 */
export async function observe(
  stack: Pick<Stack, 'processes' | 'stateFolder'>,
  { grafana, prometheus }: Programs = findPrograms(),
): Promise<Observation> {
  const { stateFolder } = stack;
  const ports = openKeptPorts(stateFolder);
  const stops: (() => Promise<void>)[] = [];
  const lines: string[] = [];
  const stop = () => undoAll(stops);
  try {
    if (!prometheus) return { lines: [advice.prometheus, ...(grafana ? [] : [advice.grafana])], stop };
    const port = await ports.of('prometheus');
    const metrics = await startPrometheus({
      command: prometheus,
      stateFolder,
      port,
      targets: targetsOf(stack),
    });
    stops.push(metrics.stop);
    lines.push(`Prometheus  ${metrics.url}`, `alerts      ${metrics.url}/alerts`);
    const home = grafana && grafanaHome(grafana);
    if (!grafana || !home) return { lines: [...lines, advice.grafana], stop };
    const dashboards = await startGrafana({
      command: grafana,
      home,
      stateFolder,
      port: await ports.of('grafana'),
      prometheusUrl: metrics.url,
    });
    stops.push(dashboards.stop);
    lines.push(`dashboards  ${dashboards.url}`);
  } catch (error) {
    lines.push(error instanceof Error ? error.message : String(error));
  }
  return { lines, stop };
}

/** Replicas of a part (`user`, `user-2`) are targets of one job. */
function targetsOf({ processes }: Pick<Stack, 'processes'>): Map<string, string[]> {
  const targets = new Map<string, string[]>();
  for (const { metricsUrl, name } of processes.values()) {
    const part = name.replace(/-\d+$/, '');
    targets.set(part, [...(targets.get(part) ?? []), metricsUrl]);
  }
  return targets;
}

/** Grafana needs the folder of its pages, which lies apart from the program in some packages. */
function grafanaHome(command: string): string | undefined {
  const beside = path.resolve(path.dirname(command), '..');
  const folders = [
    beside,
    path.join(beside, 'share/grafana'),
    '/usr/share/grafana',
    '/opt/homebrew/opt/grafana/share/grafana',
  ];
  return folders.find((folder) => existsSync(path.join(folder, 'conf/defaults.ini')));
}
