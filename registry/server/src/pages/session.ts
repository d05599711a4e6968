import type { FastifyRequest } from 'fastify';
import { Fault } from '../faults.ts';
import type { Graph, Graphs } from '../graphs.ts';
import { mayDo } from '../tokens/permissions.ts';
import type { Tokens } from '../tokens/tokens.ts';
import { addressOf } from './layout.ts';

export const sessionLimits = {
  /** How long a browser keeps the token. */
  maxAgeSeconds: 8 * 60 * 60,
} as const;

const cookie = 'registry-token';

/** Who reads pages: whoever has a token in a cookie, or everybody where pages are open. */
export function createSessions(options: { graphs: Graphs; tokens: Tokens; isOpen: boolean }) {
  const { graphs, isOpen, tokens } = options;
  return {
    /** @throws Fault UNAUTHENTICATED, whether there is such a graph or not */
    async graphOf(request: FastifyRequest): Promise<Graph> {
      const { graph: name } = request.params as { graph: string };
      if (isOpen && isLocal(request)) {
        const graph = await graphs.find(name);
        if (graph) return graph;
        throw new Fault('NOT_FOUND', 'There is no such graph.');
      }
      const secret = cookieOf(request.headers.cookie);
      const caller = secret === undefined ? undefined : await tokens.find(secret);
      if (caller && caller.graph.name === name && mayDo(caller.kinds, 'read')) return caller.graph;
      throw new Fault('UNAUTHENTICATED', 'Sign in with a token of this graph.');
    },
    /** The header that signs a browser in; undefined when the token is not good for it. */
    async open(name: string, secret: string, isSecure: boolean): Promise<string | undefined> {
      const caller = await tokens.find(secret);
      if (!caller || caller.graph.name !== name || !mayDo(caller.kinds, 'read')) return undefined;
      const path = addressOf(name);
      return `${cookie}=${secret}; Path=${path}; Max-Age=${sessionLimits.maxAgeSeconds}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
    },
  };
}

const loopbackAddress = /^(?:127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;
const loopbackHost = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/;

/**
 * Whether it comes from a browser of this machine, by its address. A page of somewhere else whose name leads here must not
 * read what is open to this machine, so the host counts as well.
 */
export function isLocal({ headers, socket }: Pick<FastifyRequest, 'headers' | 'socket'>): boolean {
  return loopbackAddress.test(socket.remoteAddress ?? '') && loopbackHost.test(headers.host ?? '');
}

function cookieOf(header: string | undefined): string | undefined {
  return header
    ?.split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${cookie}=`))
    ?.slice(cookie.length + 1);
}
