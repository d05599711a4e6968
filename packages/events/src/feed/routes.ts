import type { HttpServer } from '@murmuration/service-kit';
import { envelopeOf } from '@murmuration/service-kit/subgraph';
import { z } from 'zod';
import { type Feed, feedLimits } from './feed.ts';
import { type SnapshotProvider, snapshotLimits } from './snapshots.ts';
import { feedReset } from './wire.ts';

type App = HttpServer['app'];

/** What a service reads a feed for, when it does so more than once. */
const purpose = z
  .string()
  .regex(/^[a-z][a-z-]{0,31}$/)
  .optional();

/** Of who only watches what happens: nothing is kept for them. */
const watch = z.literal('1').optional();

const headQuery = z.object({ purpose, watch });

const feedQuery = z.object({
  purpose,
  watch,
  after: z.string().min(1).nullish(),
  limit: z.coerce.number().int().min(1).max(feedLimits.events).default(500),
  /** Milliseconds. */
  wait: z.coerce.number().int().min(0).max(feedLimits.waitMs).default(0),
});

const snapshotQuery = z.object({
  after: z.string().min(1).nullish(),
  limit: z.coerce.number().int().min(1).max(snapshotLimits.states).default(500),
});

/**
 * Adds a feed and its snapshots to a subgraph's signed routes. Only services may read them: they hold what
 * no viewer may see.
 */
export function registerFeedRoutes(app: App, feed: Feed, snapshots: readonly SnapshotProvider[]): void {
  app.get('/internal/events', async (request, reply) => {
    const service = serviceOf(request);
    if (service === null) return reply.code(403).send({ code: 'FORBIDDEN' });
    const query = feedQuery.safeParse(request.query);
    if (!query.success) return reply.code(400).send(problemOf(query.error));
    const gone = new AbortController();
    const onClose = () => gone.abort();
    request.raw.socket.once('close', onClose);
    try {
      const { after = null, limit, wait: waitMs } = query.data;
      const reader = readerName(service, query.data);
      const answer = await feed.read({ after, limit, waitMs, signal: gone.signal, ...reader });
      if (answer.status === 'page') return { events: answer.events, cursor: answer.cursor };
      const message = `Read the state anew: ${answer.because}.`;
      return reply.code(410).send({ code: feedReset, message });
    } finally {
      request.raw.socket.off('close', onClose);
    }
  });

  app.get('/internal/events/head', async (request, reply) => {
    const service = serviceOf(request);
    if (service === null) return reply.code(403).send({ code: 'FORBIDDEN' });
    const query = headQuery.safeParse(request.query);
    if (!query.success) return reply.code(400).send(problemOf(query.error));
    return { cursor: await feed.head(readerName(service, query.data).reader) };
  });

  for (const snapshot of snapshots) registerSnapshot(app, snapshot);
  app.addHook('preClose', async () => feed.close());
}

function registerSnapshot(app: App, snapshot: SnapshotProvider): void {
  const path = `/internal/snapshots/${snapshot.aggregate}`;

  app.get(path, async (request, reply) => {
    if (serviceOf(request) === null) return reply.code(403).send({ code: 'FORBIDDEN' });
    const query = snapshotQuery.safeParse(request.query);
    if (!query.success) return reply.code(400).send(problemOf(query.error));
    return snapshot.page(query.data.after ?? null, query.data.limit);
  });

  app.get<{ Params: { id: string } }>(`${path}/:id`, async (request, reply) => {
    if (serviceOf(request) === null) return reply.code(403).send({ code: 'FORBIDDEN' });
    const state = await snapshot.one(request.params.id);
    return state ?? reply.code(404).send({ code: 'NOT_FOUND' });
  });
}

/** Retention waits for readers, and each purpose of a service is one. Who only watches is none. */
function readerName(service: string, asked: z.infer<typeof headQuery>): { reader?: string } {
  if (asked.watch) return {};
  return { reader: asked.purpose === undefined ? service : `${service}/${asked.purpose}` };
}

function serviceOf(request: Parameters<typeof envelopeOf>[0]): string | null {
  const { identity } = envelopeOf(request);
  return identity.kind === 'service' ? identity.name : null;
}

function problemOf(error: z.ZodError): { code: string; message: string } {
  return { code: 'BAD_USER_INPUT', message: z.prettifyError(error) };
}
