import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { processNames } from '@murmuration/dev';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readStages } from './dockerfile.ts';

interface Service {
  image?: string;
  build?: { context: string; target: string };
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  environment?: Record<string, string>;
  ports?: string[];
  volumes?: (string | object)[];
  healthcheck?: object;
  depends_on?: Record<string, { condition: string }>;
  privileged?: boolean;
}

const root = new URL('../../../', import.meta.url);
const text = readFileSync(new URL('compose.yaml', root), 'utf8');
const { services } = parse(text, { merge: true }) as { services: Record<string, Service> };
const targets = readStages(new URL('Dockerfile', root)).map(({ name }) => name);
const all = Object.entries(services).map(([name, service]) => ({ name, ...service }));

describe('compose.yaml', () => {
  test('runs every process of the platform, each from a target of the Dockerfile', () => {
    const built = all.flatMap(({ build }) => (build ? [build.target] : []));
    expect(built).toEqual(expect.arrayContaining([...processNames, 'migrate']));
    expect(built.filter((target) => !targets.includes(target))).toEqual([]);
  });

  test.each(all)('$name: pinned, unprivileged, open to this machine at most', (service) => {
    if (service.image) expect(service.image).toMatch(/:\d+\.\d+(\.\d+)?-\w+(@sha256:[0-9a-f]{64})?$/);
    expect(service.privileged).toBeUndefined();
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
    if (!service.build) return expect(service.healthcheck).toBeDefined();
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
  });

  test('a file that is missing ends the start: no folder is made in its place', () => {
    const binds = all
      .flatMap(({ volumes = [] }) => volumes)
      .filter((each) => !/^[a-z]+:\//.test(String(each)));
    expect(binds.length).toBeGreaterThan(0);
    for (const bind of binds) expect(bind).toMatchObject({ type: 'bind', bind: { create_host_path: false } });
  });

  test('every secret that is asked for is one that the script prints', () => {
    const script = fileURLToPath(new URL('scripts/secrets.mjs', root));
    const printed = execFileSync(process.execPath, [script], { encoding: 'utf8' });
    const asked = [...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => name);
    const names = new Set([...printed.matchAll(/^(\w+)=/gm)].map(([, name]) => name));
    expect(asked.filter((name) => !names.has(name))).toEqual([]);
  });

  test('waits for what it needs, and needs only what is there', () => {
    for (const { name, depends_on: needs = {} } of all) {
      for (const [needed, { condition }] of Object.entries(needs)) {
        expect([name, needed, Object.keys(services).includes(needed)]).toEqual([name, needed, true]);
        expect(['service_healthy', 'service_completed_successfully']).toContain(condition);
      }
    }
  });

  test('holds no secret: each one comes from the environment and stops the start when it is missing', () => {
    for (const { environment = {} } of all) {
      for (const [name, value] of Object.entries(environment)) {
        if (/PASSWORD|SECRET|KEYS|AUTH/.test(name)) expect(value).toMatch(/^\$\{\w+:\?/);
        if (name === 'REDIS_URL') expect(value).toContain(':${REDIS_APP_PASSWORD}@');
        const [database] = name.split('_DATABASE_URL');
        // A role of its own, which is no superuser, for each database.
        if (name.endsWith('_DATABASE_URL'))
          expect(value).toContain(`//${database?.toLowerCase()}:\${${database}_DATABASE_PASSWORD}@`);
      }
    }
  });
});
