import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { people } from '../../test/cast.ts';
import { serveSupergraphs } from '../src/api/delivery.ts';
import { serveGovernance } from '../src/api/governance.ts';
import { serveJudgements } from '../src/api/judgements.ts';
import type { AddRoute } from '../src/api/secured.ts';
import { serveTrusted } from '../src/api/trusted.ts';
import { serveReports } from '../src/api/usage.ts';
import { serveStore } from '../src/api/versions.ts';
import { type TokenKind, tokenKinds } from '../src/tokens/permissions.ts';
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
const secrets = new Map<TokenKind, string>();

beforeAll(async () => {
  world = await createWorld();
  registry = await world.start();
  for (const kind of tokenKinds)
    secrets.set(kind, (await makeToken(registry.url, world.adminToken, [kind])).secret);
  await ask(registry.url, world.adminToken, 'POST', '/publications', publication([people()], { init: true }));
});
afterAll(() => world.stop());

const change = { context: 'main', changeId: 'a'.repeat(16), by: 'x', reason: 'r', at: 'now' };
const usageFile = { version: 1, from: '2026-10-01T00:00:00Z', to: '2026-11-01T00:00:00Z', operations: [] };
const judged = {
  config: { subgraphs: '*' },
  edit: { kind: 'some', given: [], deleted: [], known: [], isNew: false },
};

/** Each thing that can be asked, who may, and what the wrong kinds must never cause. */
const table: [method: string, path: string, body: unknown, may: TokenKind[]][] = [
  ['GET', '/supergraph', undefined, ['read', 'publish', 'admin']],
  ['GET', '/versions', undefined, ['read', 'publish', 'admin']],
  ['GET', '/versions/head', undefined, ['read', 'publish', 'admin']],
  ['GET', '/approvals?context=main', undefined, ['read', 'publish', 'admin']],
  ['GET', '/checks/1', undefined, ['read', 'publish', 'admin']],
  ['GET', '/versions/1/supergraph', undefined, ['read', 'publish', 'admin']],
  ['GET', '/usage', undefined, ['read', 'publish', 'admin']],
  ['GET', '/gateways', undefined, ['read', 'publish', 'admin']],
  ['GET', '/checks', undefined, ['read', 'publish', 'admin']],
  ['POST', '/checks', { ...judged, against: 'head' }, ['read', 'publish', 'admin']],
  ['POST', '/publications', { ...judged, by: '', message: '' }, ['publish', 'admin']],
  ['POST', '/rollbacks', { config: judged.config, id: 1, by: '', message: '' }, ['publish', 'admin']],
  ['POST', '/rollbacks', { config: judged.config, id: 1, by: '', message: '', force: true }, ['admin']],
  ['POST', '/approvals', change, ['publish', 'admin']],
  ['POST', '/usage-files', usageFile, ['publish', 'admin']],
  ['POST', '/usage', report([]), ['report', 'admin']],
  ['PUT', '/freeze', { by: 'x', reason: 'r', at: 'now' }, ['admin']],
  ['DELETE', '/freeze', undefined, ['admin']],
  ['GET', '/trusted-documents', undefined, ['read', 'publish', 'admin']],
  ['GET', '/trusted-manifests', undefined, ['read', 'publish', 'admin']],
  ['POST', '/trusted-manifests', { app: 'a', version: '1', documents: {} }, ['publish', 'admin']],
  ['DELETE', '/trusted-manifests?app=b&version=1', undefined, ['publish', 'admin']],
  ['DELETE', '/trusted-manifests?app=b&version=1&force=true', undefined, ['admin']],
  ['GET', '/tokens', undefined, ['admin']],
  ['POST', '/tokens', { name: 'more', kinds: ['admin'] }, ['admin']],
  ['DELETE', '/tokens/999', undefined, ['admin']],
];

it('the table has every route', () => {
  const routes: string[] = [];
  const add: AddRoute = ({ method, path }) => void routes.push(`${method} ${path}`);
  const nothing = {} as never;
  serveSupergraphs(add, nothing);
  serveStore(add, nothing);
  serveJudgements(add, nothing);
  serveReports(add, nothing);
  serveTrusted(add, nothing);
  serveGovernance(add, nothing);
  const asked = (route: string) =>
    table.some(([method, path]) => {
      const pattern = `^${route.replaceAll(/:\w+/g, '\\w+')}(?:\\?|$)`;
      return new RegExp(pattern).test(`${method} ${path}`);
    });
  expect(routes.length).toBeGreaterThan(15);
  expect(routes.filter((route) => !asked(route))).toEqual([]);
});

describe('a token is good for its kind alone', () => {
  it.each(table)('%s %s', async (method, path, body, may) => {
    for (const kind of tokenKinds) {
      const { status, text } = await ask(registry.url, secrets.get(kind), method, path, body);
      if (may.includes(kind)) expect([kind, status, text]).not.toEqual([kind, 403, expect.anything()]);
      else expect([kind, status]).toEqual([kind, 403]);
    }
    expect((await ask(registry.url, undefined, method, path, body)).status).toBe(401);
  });
});

it('refuses what is no token, is for another graph, has ended or was revoked', async () => {
  const status = async (token: string) => (await ask(registry.url, token, 'GET', '/versions')).status;
  for (const bad of [
    'x',
    `mrt_${'b'.repeat(43)}`,
    `${world.adminToken}a`,
    "mrt_' OR true --",
    'mrt_'.padEnd(47, '\u00e9'),
  ])
    expect(await status(encodeURIComponent(bad))).toBe(401);

  const other = await fetch(`${registry.url}/v1/graphs/elsewhere/versions`, {
    headers: { authorization: `Bearer ${world.adminToken}` },
  });
  expect(other.status).toBe(403);

  const ended = await makeToken(registry.url, world.adminToken, ['read'], '2020-01-01T00:00:00Z');
  expect(await status(ended.secret)).toBe(401);

  const { id, secret } = await makeToken(registry.url, world.adminToken, ['read']);
  expect(await status(secret)).toBe(200);
  expect((await ask(registry.url, world.adminToken, 'DELETE', `/tokens/${id}`)).status).toBe(204);
  expect(await status(secret)).toBe(401);
  const listed = await ask(registry.url, world.adminToken, 'GET', '/tokens');
  expect(listed.text).not.toContain(secret);
});

it('tells who did something by the token, whatever they call themselves', async () => {
  await ask(
    registry.url,
    secrets.get('publish'),
    'POST',
    '/publications',
    publication([people('name: String nameHistory: [String!] x: Int')], { by: 'the king' }),
  );
  const { json } = await ask(registry.url, secrets.get('read'), 'GET', '/versions/head');
  expect((json as { by: string }).by).toBe('the king (publish)');
});

it('takes no body of whoever may not, and none that is too large', async () => {
  const large = JSON.stringify({ x: 'x'.repeat(17 * 1024 * 1024) });
  expect((await ask(registry.url, secrets.get('read'), 'POST', '/publications', large)).status).toBe(403);
  expect((await ask(registry.url, world.adminToken, 'POST', '/publications', large)).status).toBe(413);
  expect((await ask(registry.url, world.adminToken, 'POST', '/publications', '{ "half": ')).status).toBe(400);
  expect((await fetch(`${registry.url}/v1/graphs/${graph}`)).status).toBe(404);
});
