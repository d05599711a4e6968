import type { RegistryDatabase } from '@murmuration/prisma/registry';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { listGateways } from '../api/governance.ts';
import { findCheck, judgementLimits, listChecks } from '../api/judgements.ts';
import { goneSignal } from '../api/secured.ts';
import type { Explored } from '../explore/explored.ts';
import { Fault } from '../faults.ts';
import type { Graph, Graphs } from '../graphs.ts';
import type { OpenStore } from '../store/open-store.ts';
import type { Tokens } from '../tokens/tokens.ts';
import { findOperation, listOperations } from '../usage/operations.ts';
import type { Work } from '../work/work.ts';
import { checkPage, checksPage } from './checks.ts';
import { createExplorer } from './explorer.ts';
import { html, type Html } from './html.ts';
import { addressOf, graphPage, olderLink, page, type Section } from './layout.ts';
import { gatewaysPage, operationsPage } from './operations.ts';
import { schemaPage, typePage } from './schema.ts';
import { createSessions, isLocal } from './session.ts';
import { styleSheet } from './style.ts';
import { versionPage, versionPageLimits, versionsPage } from './versions.ts';

export interface PagesOptions {
  database: RegistryDatabase;
  graphs: Graphs;
  open: OpenStore;
  tokens: Tokens;
  work: Work;
  isOpen: boolean;
}

const days = 30;

/** No script runs, whatever stands in a schema: there is none, and none may come. */
const headers = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;

type Page = { section: Section; title: string; body: Html };
type Params = { graph: string; id: string };

/** The pages for people: server-rendered, without scripts. */
export function servePages(app: FastifyInstance, options: PagesOptions): void {
  const { database, open, work } = options;
  const sessions = createSessions(options);
  const exploredOf = createExplorer(work, days);

  void app.register(async (scope) => {
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 4_096 },
      (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
    );
    scope.addHook('onRequest', async (_request, reply) => void reply.headers(headers));
    scope.setErrorHandler((error, request, reply) => answerFault(error, request, reply));

    scope.get('/style.css', (_request, reply) =>
      reply.header('cache-control', 'public, max-age=3600').type('text/css; charset=utf-8').send(styleSheet),
    );
    scope.get<{ Querystring: { graph?: string } }>('/', async (request, reply) =>
      request.query.graph
        ? reply.redirect(addressOf(String(request.query.graph)))
        : send(reply, page('Registry', await frontPage(options, isLocal(request)))),
    );
    scope.post<{ Params: Params; Body: { token?: string } }>(
      '/graphs/:graph/session',
      async (request, reply) => {
        const { graph } = request.params;
        const cookie = await sessions.open(
          graph,
          String(request.body?.token ?? '').trim(),
          // Behind whoever ends TLS every request looks like a plain one.
          !isLocal(request),
        );
        if (cookie === undefined) return send(reply.code(401), signInPage(graph, true));
        return reply.header('set-cookie', cookie).redirect(addressOf(graph), 303);
      },
    );

    const serve = (
      path: string,
      make: (graph: Graph, request: FastifyRequest, gone: AbortSignal) => Promise<Page | undefined>,
    ) =>
      scope.get(`/graphs/:graph${path}`, async (request, reply) => {
        const graph = await sessions.graphOf(request);
        const made = await make(graph, request, goneSignal(reply));
        if (!made) throw new Fault('NOT_FOUND', 'There is no such page.');
        return send(reply, graphPage(graph.name, made.section, made.title, made.body));
      });
    const idOf = (request: FastifyRequest) => (request.params as Params).id;
    const beforeOf = (request: FastifyRequest) => {
      const before = (request.query as { before?: unknown }).before;
      return typeof before === 'string' && /^[1-9]\d{0,8}$/.test(before) ? Number(before) : undefined;
    };

    serve('', async (graph) => {
      const [versions, checks, gateways] = await Promise.all([
        open(graph).versions({ most: 5 }),
        listChecks(database, graph),
        listGateways(database, graph),
      ]);
      const body = html`<h2>Versions</h2>${versionsPage(graph.name, versions)}
        <h2>Checks</h2>${checksPage(graph.name, checks.slice(0, 5))}
        <h2>Gateways</h2>${gatewaysPage(graph.name, gateways.slice(0, 10), versions.at(-1)?.id)}`;
      return { section: '', title: 'Overview', body };
    });
    serve('/schema', async (graph, { query }) => {
      const explored = await exploredOf(graph);
      const search = String((query as { q?: unknown }).q ?? '').slice(0, 100);
      const body = explored
        ? schemaPage(graph.name, explored, search)
        : html`<p>Nothing has been published yet.</p>`;
      return { section: 'schema', title: 'Schema', body };
    });
    serve('/schema/:id', async (graph, request) => {
      const explored: Explored | undefined = await exploredOf(graph);
      const type = explored?.types.find(({ name }) => name === idOf(request));
      return explored && type && { section: 'schema', title: type.name, body: typePage(explored, type) };
    });
    serve('/versions', async (graph, request) => {
      const most = versionPageLimits.listed;
      const versions = await open(graph).versions({ before: beforeOf(request), most });
      const body = html`${versionsPage(graph.name, versions)}${olderLink(versions.length, most, versions[0]?.id)}`;
      return { section: 'versions', title: 'Versions', body };
    });
    serve('/versions/:id', async (graph, request, gone) => {
      const id = /^\d{1,9}$/.test(idOf(request)) ? Number(idOf(request)) : 0;
      const [version, before] = await Promise.all([open(graph).version(id), open(graph).version(id - 1)]);
      if (!version) return undefined;
      const changes =
        before && (await work.run({ kind: 'compare', graphId: graph.id, from: id - 1, to: id }, gone));
      return { section: 'versions', title: `Version ${id}`, body: versionPage(version, before, changes) };
    });
    serve('/checks', async (graph, request) => {
      const before = beforeOf(request);
      const checks = await listChecks(database, graph, before === undefined ? undefined : BigInt(before));
      const older = olderLink(checks.length, judgementLimits.listed, checks.at(-1)?.id);
      return { section: 'checks', title: 'Checks', body: html`${checksPage(graph.name, checks)}${older}` };
    });
    serve('/checks/:id', async (graph, request) => {
      const check = await findCheck(database, graph, idOf(request));
      return check && { section: 'checks', title: `Check ${check.id}`, body: checkPage(check) };
    });
    serve('/operations', async (graph) => ({
      section: 'operations',
      title: 'Operations',
      body: operationsPage(graph.name, await listOperations(database, graph.id, days), days),
    }));
    serve('/operations/:id', async (graph, request) => {
      const operation = await findOperation(database, graph.id, idOf(request));
      return (
        operation && {
          section: 'operations',
          title: operation.name === '' ? 'anonymous' : operation.name,
          body: html`<p class="soft">Without values, as gateways send it.</p><pre>${operation.text}</pre>`,
        }
      );
    });
    serve('/gateways', async (graph) => {
      const [gateways, versions] = await Promise.all([
        listGateways(database, graph),
        open(graph).versions({ most: 1 }),
      ]);
      return {
        section: 'gateways',
        title: 'Gateways',
        body: gatewaysPage(graph.name, gateways, versions.at(-1)?.id),
      };
    });
  });
}

function send(reply: FastifyReply, text: string): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(text);
}

function answerFault(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (!(error instanceof Fault)) throw error;
  const { graph } = request.params as Partial<Params>;
  if (error.code === 'UNAUTHENTICATED' && graph !== undefined)
    return send(reply.code(401), signInPage(graph, false));
  return send(
    reply.code(error.status),
    page('Registry', html`<main id="main"><h1>${error.status}</h1><p>${error.message}</p></main>`),
  );
}

async function frontPage({ database, isOpen }: PagesOptions, isFromHere: boolean): Promise<Html> {
  const graphs =
    isOpen && isFromHere ? await database.graph.findMany({ orderBy: { name: 'asc' }, take: 200 }) : [];
  return html`<main id="main"><h1>Schema registry</h1>
    <ul>${graphs.map(({ name }) => html`<li><a href="${addressOf(name)}">${name}</a></li>`)}</ul>
    <form action="/"><label>Graph <input name="graph" required maxlength="63"></label><button>Open</button></form></main>`;
}

function signInPage(graph: string, isRefused: boolean): string {
  return page(
    'Sign in',
    html`<main id="main"><h1>Sign in to ${graph}</h1>
      ${isRefused && html`<p class="bad" role="alert">This token is not good for reading this graph.</p>`}
      <form method="post" action="${addressOf(graph, 'session')}">
        <label>Token <input name="token" type="password" required autocomplete="off"></label><button>Sign in</button></form></main>`,
  );
}
