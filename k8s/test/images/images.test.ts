import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  freePort,
  makeScratchFolder,
  processNames,
  removeScratchFolder,
  startPostgres,
  startRedis,
  subgraphNames,
} from '@murmuration/dev';
import { everyDatabase } from '@murmuration/prisma';
import { composeSubgraphs, withoutAccessRules } from '@murmuration/registry';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type BuiltStage, createBuilder } from './build.ts';
import { effective, last, readStages } from './dockerfile.ts';
import { podMetrics } from '../pod-metrics.ts';
import { megabytesOf } from './size.ts';
import { demandTls, makeCertificate } from './tls.ts';

const source = fileURLToPath(new URL('../../..', import.meta.url));
const stages = readStages(new URL('../../../Dockerfile', import.meta.url));
/** The registry's is beside the platform. */
const processes = [...processNames, 'registry'];
const targets = [...processes, 'migrate'];

/** What each image may hold beside Node itself: sources, generated clients and modules. About a quarter above what it is. */
const limitMegabytes: Record<string, number> = {
  gateway: 95,
  user: 90,
  'user-worker': 90,
  post: 50,
  timeline: 80,
  'timeline-worker': 80,
  registry: 60,
  migrate: 12,
};

/** Of an image that nobody has weighed yet. */
const newcomerMegabytes = 60;

describe('the Dockerfile', () => {
  test('has a target for every process', () => {
    expect(stages.map(({ name }) => name)).toEqual(expect.arrayContaining(targets));
  });

  test.each(targets)('%s: pinned base, nobody as user, no shell in the command, a health check', (target) => {
    const instructions = effective(stages, target);
    for (const { from } of stages) {
      if (!stages.some(({ name }) => name === from))
        expect(from).toMatch(/^[\w/.-]+:\d+\.\d+\.\d+-[\w-]+(@sha256:[0-9a-f]{64})?$/);
    }
    expect(last(instructions, 'USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(JSON.parse(last(instructions, 'CMD') ?? '')).toEqual(expect.arrayContaining(['node']));
    const healthCheck = last(instructions, 'HEALTHCHECK');
    if (target === 'migrate') expect(healthCheck).toBe('NONE');
    else expect(healthCheck).toContain('scripts/healthy.mjs');
    expect(instructions.some(({ keyword }) => keyword === 'ADD')).toBe(false);
  });
});

describe('what the images hold', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'images-'));
  const running: ChildProcess[] = [];
  let state: string;
  let settings: Record<string, string>;
  let builder: ReturnType<typeof createBuilder>;

  beforeAll(async () => {
    state = await makeScratchFolder();
    const [postgres, redis] = await Promise.all([
      startPostgres({ stateFolder: state }),
      startRedis({ stateFolder: state }),
    ]);
    const certificate = makeCertificate(scratch);
    await demandTls(postgres.url('postgres'), certificate);
    const { privateKey } = generateKeyPairSync('ed25519');
    settings = {
      // As k8s/overlays/production has it: in clear nobody gets in.
      PGSSLMODE: 'verify-full',
      NODE_EXTRA_CA_CERTS: certificate.ca,
      HOST: '127.0.0.1',
      LOG_LEVEL: 'warn',
      // The first plan comes from a process that just started.
      PLAN_TIMEOUT_MS: '10000',
      REDIS_URL: redis.url,
      ...Object.fromEntries(
        everyDatabase.map((name) => [`${name.toUpperCase()}_DATABASE_URL`, postgres.url(name)]),
      ),
      INTERNAL_KEYS: `k1:${randomBytes(32).toString('base64')}`,
      JWT_SIGNING_KEYS: JSON.stringify([{ ...privateKey.export({ format: 'jwk' }), kid: 'k', alg: 'EdDSA' }]),
      REFRESH_TOKEN_SECRET: randomBytes(32).toString('base64'),
      DATA_KEYS: randomBytes(32).toString('base64'),
      EMAIL_INDEX_KEYS: randomBytes(32).toString('base64'),
      VAPID_KEYS: randomBytes(32).toString('base64'),
      SMTP_URL: 'smtp://127.0.0.1:1025',
      APP_URL: 'http://localhost:3000',
    };
    for (const name of processes) {
      const port = await freePort();
      settings[`${name}:PORT`] = String(port);
      settings[`${name}:METRICS_PORT`] = String(await freePort());
      settings[`${name.toUpperCase()}_URL`] = `http://127.0.0.1:${port}`;
    }
    settings['JWKS_URL'] = `${settings['USER_URL']}/.well-known/jwks.json`;
    settings['SUPERGRAPH_FILE'] = join(scratch, 'supergraph.graphql');
    writeFileSync(settings['SUPERGRAPH_FILE'], composeFor(settings));
    builder = createBuilder({ stages, source, scratch });
  }, 120_000);

  afterAll(async () => {
    for (const child of running) child.kill('SIGTERM');
    await Promise.all(
      running.map((child) => child.exitCode ?? new Promise((done) => child.once('exit', done))),
    );
    await removeScratchFolder(state);
    rmSync(scratch, { recursive: true, force: true });
  }, 240_000);

  function boot(name: string, stage: BuiltStage): ChildProcess {
    const [, ...args] = stage.command;
    const own = {
      PORT: settings[`${name}:PORT`] ?? '0',
      METRICS_PORT: settings[`${name}:METRICS_PORT`] ?? '0',
    };
    const child = spawn(process.execPath, args, {
      cwd: join(stage.folder, 'app'),
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { PATH: process.env['PATH'], ...stage.environment, ...settings, ...own },
    });
    running.push(child);
    return child;
  }

  test('migrate brings empty databases to the newest shape, with production dependencies only', async () => {
    const child = boot('migrate', builder.build('migrate'));
    const code = await new Promise((resolve) => child.once('exit', resolve));
    expect(code).toBe(0);
  });

  test('who cannot check whom it reaches does not get in', async () => {
    const { NODE_EXTRA_CA_CERTS: _authority, ...without } = settings;
    const whole = settings;
    settings = without;
    const child = boot('migrate', builder.build('migrate'));
    settings = whole;
    expect(await new Promise((resolve) => child.once('exit', resolve))).not.toBe(0);
  });

  test.each(processes)('%s boots and is ready, with production dependencies only', async (name) => {
    boot(name, builder.build(name));
    await vi.waitFor(
      async () => {
        const answer = await fetch(`http://127.0.0.1:${settings[`${name}:PORT`]}/readyz`);
        expect(answer.status).toBe(200);
      },
      { timeout: 120_000, interval: 250 },
    );
  });

  test.each(processes)('%s brings its code compiled', (name) => {
    const folder = join(builder.build(name).folder, 'app', '.compiled');
    const compiled = readdirSync(folder).flatMap((version) => readdirSync(join(folder, version)));
    expect(compiled.length).toBeGreaterThan(500);
  });

  test.each(targets)('%s holds no more beside Node than it may', (name) => {
    expect(megabytesOf(join(builder.build(name).folder, 'app'))).toBeLessThan(
      limitMegabytes[name] ?? newcomerMegabytes,
    );
  });

  async function ask(query: string, token?: string): Promise<unknown> {
    const answer = await fetch(`${settings['GATEWAY_URL']}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ query }),
    });
    return answer.json();
  }

  test('together they answer, and write', async () => {
    expect(await ask('{ user(handle: "nobody_yet") { handle } }')).toEqual({ data: { user: null } });
    const signedUp = (await ask(`mutation { signUp(input: {
      handle: "alice", email: "alice@example.org", password: "a long pass phrase", displayName: "Alice"
    }) { accessToken errors { message } } }`)) as { data: { signUp: { accessToken: string } } };
    const { accessToken } = signedUp.data.signUp;
    const posted = await ask(
      'mutation { createPost(input: { text: "Hello" }) { post { text } } }',
      accessToken,
    );
    expect(posted).toEqual({ data: { createPost: { post: { text: 'Hello' } } } });
    const home = await ask('{ homeTimeline(first: 1) { edges { node { text } } } }', accessToken);
    expect(home).toMatchObject({ data: { homeTimeline: { edges: expect.anything() } } });
  });

  test.each(podMetrics())('$workload says $metric, which scales it', async ({ workload, metric }) => {
    const answer = await fetch(`http://127.0.0.1:${settings[`${workload}:METRICS_PORT`]}/metrics`);
    // A sample and not a type alone: of what has none an autoscaler knows nothing, and scales no way at all.
    expect(await answer.text()).toMatch(new RegExp(`^${metric}(\\{.*\\})? \\d`, 'm'));
  });
});

function composeFor(settings: Record<string, string>): string {
  const composed = composeSubgraphs(
    subgraphNames.map((name) => ({
      name,
      url: `${settings[`${name.toUpperCase()}_URL`]}/graphql`,
      sdl: readFileSync(join(source, 'subgraphs', name, 'schema.graphql'), 'utf8'),
    })),
  );
  if (composed.status === 'failed') throw new Error('The subgraphs do not compose');
  return withoutAccessRules(composed.supergraphSdl);
}
