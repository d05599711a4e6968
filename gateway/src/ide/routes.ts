import { anonymous } from '@murmuration/service-kit';
import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { createEdgeContext } from '../operation/context.ts';
import type { Road } from '../operation/road.ts';
import { readExamples } from './examples.ts';
import { fillExamples } from './fill.ts';
import type { IdePage } from './page.ts';

export interface IdeOptions {
  road: Road;
  schema(): GraphQLSchema;
  examplesFile: string | undefined;
  deadlineMs: number;
}

/** `/` is an IDE that works without a network; `/ide/examples` its ready queries. */
export function serveIde(app: FastifyInstance, options: IdeOptions): void {
  let page: Promise<IdePage> | undefined;

  app.get('/', async (request, reply) => {
    // GraphiQL's bundle is imported by the first visit: most processes never need its megabytes.
    page ??= import('./page.ts').then(({ renderPage }) => renderPage('Murmuration'));
    const { pagePolicy } = await import('./page.ts');
    const { html, gzipped, etag } = await page;
    reply.headers({ etag, 'cache-control': 'no-cache', vary: 'accept-encoding' });
    reply.header('content-security-policy', pagePolicy);
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    reply.type('text/html; charset=utf-8');
    const takesGzip = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
    return takesGzip ? reply.header('content-encoding', 'gzip').send(gzipped) : reply.send(html);
  });

  app.get('/ide/examples', async () => {
    const examples = await readExamples(options.examplesFile, options.schema());
    return fillExamples(examples, (query) => runAnonymously(options, query));
  });
}

async function runAnonymously({ deadlineMs, road }: IdeOptions, query: string): Promise<unknown> {
  const answered = await road({
    request: { query },
    head: undefined,
    mayMutate: false,
    mayStream: false,
    createContext: () => createEdgeContext({ identity: anonymous, requestId: 'ide', deadlineMs }),
  });
  return answered.kind === 'answer' ? answered.result.data : undefined;
}
