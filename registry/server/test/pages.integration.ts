import { afterAll, beforeAll, expect, it } from 'vitest';
import { people, posts } from '../../test/cast.ts';
import {
  ask,
  createWorld,
  graph,
  makeToken,
  publication,
  report,
  type RunningHere,
  type World,
} from './world.ts';

let world: World;
let registry: RunningHere;

const evil = '<script>alert(1)</script>"\'><img src=x onerror=alert(1)>\u202e';

beforeAll(async () => {
  world = await createWorld();
  registry = await world.start({ REGISTRY_OPEN_PAGES: 'true' });
  const send = (path: string, body: unknown) => ask(registry.url, world.adminToken, 'POST', path, body);
  const described = `name: String nameHistory: [String!] """${evil}""" evil(a: Int = 1): String @deprecated(reason: ${JSON.stringify(evil)})`;
  await send(
    '/publications',
    publication([people(described), posts()], { init: true, message: evil, by: evil }),
  );
  await send(
    '/publications',
    publication([people(`${described} more: Int`), { ...posts(), file: evil }], { message: evil }),
  );
  await send('/checks', {
    ...publication([people('x: Int')]),
    message: undefined,
    by: evil,
    context: evil,
    against: 'head',
  });
  await send(
    '/usage',
    report([{ document: 'query Names { me { name } }', client: '<b>ios</b>', version: '"><i>', count: 7 }]),
  );
});
afterAll(() => world.stop());

const get = async (path: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${registry.url}${path}`, { headers, redirect: 'manual' });
  return { status: response.status, headers: response.headers, text: await response.text() };
};
const base = `/graphs/${graph}`;
const paths = [
  '',
  '/schema',
  '/schema?q=evil',
  `/schema?q=${encodeURIComponent(evil)}`,
  '/schema/User',
  '/versions',
  '/versions/1',
  '/versions/2',
  '/checks',
  '/checks/1',
  '/operations',
  '/gateways',
];

it.each(paths)('%s shows names and descriptions and runs none of them', async (path) => {
  const { headers, status, text } = await get(`${base}${path}`);
  expect(status).toBe(200);
  expect(text).not.toMatch(/<script|<img|<b>|<i>|\u202e/);
  expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(headers.get('content-security-policy')).not.toContain('unsafe');
  expect(text).toContain('lang="en"');
});

it('tells what people come for', async () => {
  const type = (await get(`${base}/schema/User`)).text;
  expect(type).toContain('Deprecated: &lt;script&gt;');
  expect(type).toMatch(/<code>name: String<\/code>[\s\S]*?>7<[\s\S]*?&lt;b&gt;ios/);
  expect((await get(`${base}/versions/2`)).text).toMatch(/class="come">\s*.*more: Int/);
  expect((await get(`${base}/checks/1`)).text).toContain('registry approve');
  expect((await get(`${base}/operations`)).text).toMatch(/≤ 5 ms/);
  expect((await get(`${base}/gateways`)).text).toContain('gateway-1');
  for (const none of [
    '/schema/Nobody',
    '/versions/99',
    '/versions/x',
    '/checks/999',
    '/operations/x',
    '/nothing',
  ])
    expect((await get(`${base}${none}`)).status).toBe(404);
});

it('opens to no name that only leads here', async () => {
  // fetch does not let the host be chosen.
  const { request } = await import('node:http');
  const status = await new Promise((resolve) =>
    request(`${registry.url}${base}`, { headers: { host: 'evil.test' } }, (answer) =>
      resolve(answer.resume().statusCode),
    ).end(),
  );
  expect(status).toBe(401);
});

it('signs in by a token that reads this graph, in a cookie that no script and no other site sees', async () => {
  const closed = await world.start();
  const at = (path: string, init?: RequestInit) =>
    fetch(`${closed.url}${path}`, { redirect: 'manual', ...init });
  expect((await at(base)).status).toBe(401);
  const signIn = (token: string) =>
    at(`${base}/session`, { method: 'POST', body: new URLSearchParams({ token }) });
  const reporter = await makeToken(closed.url, world.adminToken, ['report']);
  for (const bad of ['x', reporter.secret]) expect((await signIn(bad)).status).toBe(401);
  const reader = await makeToken(closed.url, world.adminToken, ['read']);
  const signedIn = await signIn(reader.secret);
  expect(signedIn.status).toBe(303);
  const cookie = String(signedIn.headers.get('set-cookie'));
  expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
  const headers = { cookie: cookie.split(';')[0] ?? '' };
  expect((await at(base, { headers })).status).toBe(200);
  expect((await at('/graphs/elsewhere', { headers })).status).toBe(401);
  await ask(closed.url, world.adminToken, 'DELETE', `/tokens/${reader.id}`);
  expect((await at(base, { headers })).status).toBe(401);
});
