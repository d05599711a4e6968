import path from 'node:path';
import { graphName } from '../registry/keys.ts';
import { seconds } from '../report/reporter.ts';
import type { Stack } from '../stack/stack.ts';

/** What is where, as the last words of a start. */
export function describeStack(stack: Stack, startedInMs: number): string {
  const services = [...stack.processes.values()].filter(
    ({ name }) => name !== 'gateway' && name !== 'registry',
  );
  const registry = stack.processes.get('registry');
  const here = (file: string) => path.relative(process.cwd(), file) || '.';
  const rows: [string, string][] = [
    ['GraphQL', `${stack.url}/graphql  (HTTP, SSE and websocket)`],
    ['IDE', `${stack.url}/`],
    ...(registry ? [['registry', `${registry.url}/graphs/${graphName}`] as [string, string]] : []),
    ...(stack.mail ? [['mail', `${stack.mail.url}  (what is sent is caught here)`] as [string, string]] : []),
    ['sign in as', 'alice, bob or carol, password murmuration'],
    ...services.map(({ name, url }): [string, string] => [name, url]),
    ...Object.entries(stack.databaseUrls).map(([name, url]): [string, string] => [
      `database ${name}`,
      withoutPassword(url),
    ]),
    ['Redis', withoutPassword(stack.redisUrl)],
    ['passwords', here(path.join(stack.stateFolder, '{postgres,redis}.password'))],
    ['logs', here(path.join(stack.stateFolder, 'logs'))],
    ['state', here(stack.stateFolder)],
    ['stop', 'Ctrl-C'],
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  const lines = rows.map(([label, text]) => `  ${label.padEnd(width)}  ${text}`);
  return ['', `Murmuration runs (started in ${seconds(startedInMs)})`, '', ...lines, ''].join('\n');
}

/** What is printed ends in logs of others. */
function withoutPassword(address: string): string {
  const url = new URL(address);
  url.password = '';
  return url.href;
}
