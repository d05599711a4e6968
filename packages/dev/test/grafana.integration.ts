import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort, makeScratchFolder, removeScratchFolder } from '../src/index.ts';
import { startGrafana } from '../src/observe/grafana.ts';

let stateFolder: string;
beforeAll(async () => {
  stateFolder = await makeScratchFolder();
  mkdirSync(path.join(stateFolder, 'logs'), { recursive: true });
});
afterAll(() => removeScratchFolder(stateFolder));

/** Stands in for Grafana, which no test machine needs: says how it was called and answers its health check. */
function writeProgram(): string {
  const file = path.join(stateFolder, 'bin/grafana');
  mkdirSync(path.dirname(file));
  const program = `#!${process.execPath}
const { createServer } = require('node:http');
const { writeFileSync } = require('node:fs');
writeFileSync(${JSON.stringify(path.join(stateFolder, 'called.json'))}, JSON.stringify(process.argv.slice(2)));
const port = process.argv.find((each) => each.startsWith('cfg:server.http_port=')).split('=')[1];
createServer((request, response) => response.end(request.url)).listen(Number(port), '127.0.0.1');
`;
  writeFileSync(file, program);
  chmodSync(file, 0o755);
  return file;
}

test('Grafana is given our dashboards and Prometheus, on loopback, and ends with the stack', async () => {
  const port = await freePort();
  const prometheusUrl = 'http://127.0.0.1:9';
  const grafana = await startGrafana({
    command: writeProgram(),
    home: '/nowhere',
    stateFolder,
    port,
    prometheusUrl,
  });
  expect(grafana.url).toBe(`http://127.0.0.1:${port}/dashboards`);
  const called = JSON.parse(readFileSync(path.join(stateFolder, 'called.json'), 'utf8')) as string[];
  expect(called.slice(0, 2)).toEqual(['server', '--homepath=/nowhere']);
  expect(called).toEqual(
    expect.arrayContaining(['cfg:server.http_addr=127.0.0.1', 'cfg:analytics.reporting_enabled=false']),
  );
  const provisioned = (kind: string) =>
    readFileSync(path.join(stateFolder, 'grafana/provisioning', kind, 'murmuration.yaml'), 'utf8');
  expect(provisioned('datasources')).toContain(prometheusUrl);
  expect(provisioned('dashboards')).toContain('k8s/observe/dashboards');
  await grafana.stop();
  await expect(fetch(grafana.url)).rejects.toThrow('fetch failed');
});
