import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { startDetached } from '../provision/detached.ts';
import { reap } from '../provision/pid-file.ts';
import { repositoryRoot } from '../repository.ts';
import type { Observer, ObserverOptions } from './observer.ts';

/** Alerts about standbys, backups, sentinels and certificates are left out: there are none on one machine. */
const rules = 'k8s/observe/alerts.yaml';

/** Runs Prometheus over the processes of a stack, with the cluster's own alert rules. */
export async function startPrometheus(options: ObserverOptions): Promise<Observer> {
  const { command, port, stateFolder } = options;
  const folder = path.join(stateFolder, 'prometheus');
  mkdirSync(folder, { recursive: true });
  const pidFile = path.join(stateFolder, 'prometheus.pid');
  await reap(pidFile);
  writeFileSync(path.join(folder, 'rules.yaml'), stringify(ruleFile()));
  const configFile = path.join(folder, 'prometheus.yaml');
  writeFileSync(configFile, stringify(configOf(options.targets)));
  const url = `http://127.0.0.1:${port}`;
  const flags = {
    'config.file': configFile,
    'storage.tsdb.path': path.join(folder, 'data'),
    'storage.tsdb.retention.time': '2d',
    'web.listen-address': `127.0.0.1:${port}`,
  };
  await startDetached({
    command,
    args: Object.entries(flags).map(([name, value]) => `--${name}=${value}`),
    logFile: path.join(stateFolder, 'logs', 'prometheus.log'),
    pidFile,
    isReady: () => answers(`${url}/-/ready`),
  });
  return { url, stop: () => reap(pidFile) };
}

/** The manifest's groups, as Prometheus itself reads them. */
function ruleFile(): { groups: unknown[] } {
  const manifest = parse(readFileSync(path.join(repositoryRoot, rules), 'utf8')) as {
    spec: { groups: unknown[] };
  };
  return { groups: manifest.spec.groups };
}

/** Jobs are named as the cluster's PodMonitors name them, so that rules and dashboards fit both. */
function configOf(targets: ReadonlyMap<string, readonly string[]>) {
  return {
    global: { scrape_interval: '5s', evaluation_interval: '5s' },
    rule_files: ['rules.yaml'],
    scrape_configs: [...targets].map(([part, urls]) => ({
      job_name: `murmuration/${part}`,
      static_configs: [{ targets: urls.map((url) => new URL(url).host) }],
    })),
  };
}

/** Whether a server says 200 there. */
export async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await answer.text();
    return answer.ok;
  } catch {
    return false;
  }
}
