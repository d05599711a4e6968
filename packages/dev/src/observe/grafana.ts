import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import { startDetached } from '../provision/detached.ts';
import { reap } from '../provision/pid-file.ts';
import { repositoryRoot } from '../repository.ts';
import type { Observer, ObserverOptions } from './observer.ts';
import { answers } from './prometheus.ts';

/** Runs Grafana on the dashboards of `k8s/observe`: on loopback, without signing in, without calling home. */
export async function startGrafana(
  options: Omit<ObserverOptions, 'targets'> & { home: string; prometheusUrl: string },
): Promise<Observer> {
  const { command, home, port, prometheusUrl, stateFolder } = options;
  const folder = path.join(stateFolder, 'grafana');
  const pidFile = path.join(stateFolder, 'grafana.pid');
  await reap(pidFile);
  provision(folder, prometheusUrl);
  const url = `http://127.0.0.1:${port}`;
  const settings = {
    'server.http_addr': '127.0.0.1',
    'server.http_port': String(port),
    'paths.data': path.join(folder, 'data'),
    'paths.logs': path.join(folder, 'logs'),
    'paths.plugins': path.join(folder, 'plugins'),
    'paths.provisioning': path.join(folder, 'provisioning'),
    'auth.anonymous.enabled': 'true',
    'auth.anonymous.org_role': 'Admin',
    'auth.disable_login_form': 'true',
    'analytics.reporting_enabled': 'false',
    'analytics.check_for_updates': 'false',
    'analytics.check_for_plugin_updates': 'false',
    'plugins.preinstall_disabled': 'true',
    'news.news_feed_enabled': 'false',
  };
  const isOneProgram = path.basename(command) === 'grafana';
  await startDetached({
    command,
    args: [
      ...(isOneProgram ? ['server'] : []),
      `--homepath=${home}`,
      ...Object.entries(settings).map(([name, value]) => `cfg:${name}=${value}`),
    ],
    logFile: path.join(stateFolder, 'logs', 'grafana.log'),
    pidFile,
    isReady: () => answers(`${url}/api/health`),
    timeoutMs: 90_000,
  });
  return { url: `${url}/dashboards`, stop: () => reap(pidFile) };
}

function provision(folder: string, prometheusUrl: string): void {
  const write = (kind: string, content: object) => {
    const file = path.join(folder, 'provisioning', kind, 'murmuration.yaml');
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, stringify({ apiVersion: 1, ...content }));
  };
  write('datasources', {
    datasources: [{ name: 'Prometheus', type: 'prometheus', url: prometheusUrl, isDefault: true }],
  });
  write('dashboards', {
    providers: [
      { name: 'Murmuration', options: { path: path.join(repositoryRoot, 'k8s/observe/dashboards') } },
    ],
  });
}
