import { isStorable } from '@murmuration/registry/wire';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { Fault } from '../faults.ts';
import type { Graph } from '../graphs.ts';
import { type Action, kindsFor, mayDo } from '../tokens/permissions.ts';
import type { Caller, Tokens } from '../tokens/tokens.ts';

/** What a handler knows of a request that was let in. */
export interface Asked<Body, Query> {
  graph: Graph;
  caller: Caller;
  body: Body;
  query: Query;
  params: Record<string, string>;
  reply: FastifyReply;
  request: FastifyRequest;
  /** Aborted when whoever asked has gone before the answer. */
  gone(): AbortSignal;
}

export interface Route<Body extends z.ZodType, Query extends z.ZodType> {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/v1/graphs/:graph`. */
  path: string;
  action: Action;
  body?: Body;
  query?: Query;
  bodyBytes?: number;
  handle(asked: Asked<z.output<Body>, z.output<Query>>): unknown;
}

export type AddRoute = <Body extends z.ZodType, Query extends z.ZodType>(route: Route<Body, Query>) => void;

const callers = new WeakMap<FastifyRequest, Caller>();

/** Adds routes that let in only tokens of their graph and kind, before anything of the body is read. */
export function securedRoutes(app: FastifyInstance, tokens: Tokens): AddRoute {
  return (route) => {
    app.route({
      method: route.method,
      url: `/v1/graphs/:graph${route.path}`,
      ...(route.bodyBytes !== undefined && { bodyLimit: route.bodyBytes }),
      onRequest: async (request) => {
        callers.set(request, await admit(request, route.action, tokens));
      },
      handler: async (request, reply) => {
        const caller = callers.get(request);
        if (!caller) throw new Error('a request was not admitted');
        return route.handle({
          graph: caller.graph,
          caller,
          body: read(route.body, request.body) as never,
          query: read(route.query, request.query) as never,
          params: request.params as Record<string, string>,
          reply,
          request,
          gone: () => goneSignal(reply),
        });
      },
    });
  };
}

/** Aborted when the connection ends before the answer has. */
export function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => reply.raw.writableFinished || gone.abort());
  return gone.signal;
}

/** @throws Fault */
export async function admit(request: FastifyRequest, action: Action, tokens: Tokens): Promise<Caller> {
  const [, secret] = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(request.headers.authorization ?? '') ?? [];
  if (secret === undefined) throw new Fault('UNAUTHENTICATED', 'Send a token: Authorization: Bearer mrt_…');
  const caller = await tokens.find(secret);
  if (!caller) throw new Fault('UNAUTHENTICATED', 'This token is not good: unknown, expired or revoked.');
  const { graph } = request.params as { graph: string };
  // Whether there is such a graph is nothing for others to know.
  if (caller.graph.name !== graph) throw new Fault('FORBIDDEN', 'This token is for another graph.');
  if (!mayDo(caller.kinds, action))
    throw new Fault('FORBIDDEN', `This takes a token of the kind ${kindsFor(action).join(' or ')}.`);
  return caller;
}

const shownProblems = 20;

function read(shape: z.ZodType | undefined, value: unknown): unknown {
  if (shape === undefined) return undefined;
  const parsed = shape.safeParse(value ?? {});
  if (!parsed.success) {
    const problems = parsed.error.issues
      .slice(0, shownProblems)
      .map((issue) => `${issue.path.map(String).join('.') || 'the body'}: ${issue.message}`);
    throw new Fault('BAD_INPUT', problems.join('\n').slice(0, 4_000));
  }
  if (!isStorableDeep(parsed.data))
    throw new Fault('BAD_INPUT', 'There are characters that cannot be stored (NUL).');
  return parsed.data;
}

function isStorableDeep(value: unknown): boolean {
  if (typeof value === 'string') return isStorable(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, one]) => isStorable(name) && isStorableDeep(one));
}
