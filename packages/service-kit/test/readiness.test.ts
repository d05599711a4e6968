import { afterEach, expect, test } from 'vitest';
import { createHttpServer, createLogger, type HttpServer, metrics, type Readiness } from '../src/index.ts';

let server: HttpServer | undefined;
afterEach(() => server?.app.close());

function serve(readiness: Record<string, Readiness>) {
  server = createHttpServer({ logger: createLogger('test', 'silent'), readiness });
  const { app } = server;
  return async () => {
    const { json, statusCode } = await app.inject('/readyz?verbose');
    return { code: statusCode, ...json() };
  };
}

test('a process is ready once what it needs has been there, and stays so when that goes away', async () => {
  let isThere = false;
  let looks = 0;
  const probe = serve({
    database: () => {
      looks++;
      if (!isThere) throw new Error('gone');
    },
  });
  const away = { database: 'away' };
  const notReady = { code: 503, status: 'not ready', failed: ['database'] };
  expect(await probe()).toEqual({ ...notReady, dependencies: away });
  isThere = true;
  await expect.poll(probe).toEqual({ code: 200, status: 'ok', dependencies: { database: 'up' } });
  isThere = false;
  await expect.poll(probe).toEqual({ code: 200, status: 'ok', dependencies: away });
  expect(await metrics.getSingleMetricAsString('dependency_up')).toContain('{dependency="database"} 0');
  // However often somebody asks, it is looked at by the clock.
  const before = looks;
  await Promise.all(Array.from({ length: 200 }, probe));
  expect(looks).toBeLessThan(before + 5);
});

test('a check that never ends is one that failed', async () => {
  const probe = serve({ database: () => new Promise(() => undefined), cache: () => undefined });
  expect(await probe()).toMatchObject({
    failed: ['database'],
    dependencies: { database: 'away', cache: 'up' },
  });
});
