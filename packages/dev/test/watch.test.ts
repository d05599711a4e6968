import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { processStages } from '../src/processes.ts';
import { freePort } from '../src/provision/ports.ts';
import { makeScratchFolder, removeScratchFolder } from '../src/provision/scratch.ts';
import { repositoryRoot } from '../src/repository.ts';
import { superviseProcess } from '../src/supervisor/supervise.ts';
import { planFor } from '../src/watch/plan.ts';
import { watchSources } from '../src/watch/watch.ts';

const definitions = processStages().flat();
const all = definitions.map(({ name }) => name);
const nothing = { generate: false, migrate: [], compose: false, restart: [] };

test.each([
  ['subgraphs/post/src/posts/service.ts', { restart: ['post'] }],
  ['packages/jobs/src/index.ts', { restart: ['user-worker', 'timeline-worker'] }],
  ['packages/config/src/index.ts', { restart: all }],
  ['gateway/src/planning/hive/plan-in-stages.ts', { restart: ['gateway'] }],
  ['subgraphs/user/schema.graphql', { generate: true, compose: true, restart: ['user'] }],
  ['prisma/user/schema.prisma', { generate: true, restart: ['user', 'user-worker'] }],
  ['prisma/timeline/migrations/20990101000000_more/migration.sql', { migrate: ['timeline'] }],
  ['packages/live-client/src/index.ts', {}],
])('%s concerns what loads it', (file, expected) => {
  expect(planFor(repositoryRoot, [file], definitions)).toEqual({ ...nothing, ...expected });
});

test('a change restarts what it concerns; one that does not load is told, and what runs goes on', async () => {
  const root = await makeScratchFolder();
  const src = path.join(root, 'src');
  mkdirSync(src);
  const write = (name: string, text: string) => writeFileSync(path.join(src, name), text);
  write('answer.ts', `export const answer: string = 'first';\n`);
  write('server.ts', `export { answer } from './answer.ts';\n`);
  write(
    'main.ts',
    `import { createServer } from 'node:http';
import { answer } from './server.ts';
createServer((_, response) => response.end(answer)).listen(Number(process.env['PORT']), '127.0.0.1');
process.once('disconnect', () => process.exit(0));
process.once('SIGTERM', () => process.exit(0));
`,
  );
  const port = await freePort();
  const service = superviseProcess({
    name: 'echo',
    entry: path.relative(repositoryRoot, path.join(src, 'main.ts')),
    url: `http://127.0.0.1:${port}`,
    metricsUrl: `http://127.0.0.1:${port}/metrics`,
    env: { PATH: process.env['PATH'] ?? '', PORT: String(port) },
    logFile: path.join(root, 'echo.log'),
    pidFile: path.join(root, 'echo.pid'),
    onCrash: () => {},
  });
  const notes: string[] = [];
  const end = watchSources({
    stack: {
      databaseUrls: { user: '', post: '', timeline: '' },
      compose: async () => {},
      restart: async () => {
        await service.stop();
        await service.start();
      },
    },
    note: (message) => notes.push(message),
    root,
    watched: ['src'],
    definitions: [{ name: 'echo', entry: 'src/main.ts', module: 'src/server.ts', settings: [] }],
  });
  onTestFinished(async () => {
    await end();
    await service.stop(0);
    await removeScratchFolder(root);
  });
  const answer = () => fetch(service.url).then((response) => response.text(), String);
  const patience = { timeout: 60_000 };
  await service.start();

  write('answer.ts', `export const answer: string = 'second';\n`);
  await expect.poll(answer, patience).toBe('second');

  const pid = service.pid();
  write('answer.ts', `export const answer: string = ;\n`);
  await expect.poll(() => notes.at(-1), patience).toMatch(/✗ src\/answer\.ts: [\s\S]*SyntaxError/);
  expect(service.pid()).toBe(pid);
  expect(await answer()).toBe('second');

  write('answer.ts', `export const answer: string = 'third';\n`);
  await expect.poll(answer, patience).toBe('third');
});
