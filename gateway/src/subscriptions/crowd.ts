import { answersExtension, type AskedFor, viewersExtension } from '@murmuration/service-kit';
import type { SubgraphRequest, SubgraphResponse } from '../execution/types.ts';
import type { Crowd, EdgeContext } from '../operation/context.ts';
import { createGate } from '../concurrency/gate.ts';
import { liveViewerFetches } from './metrics.ts';

interface Asked {
  readonly request: SubgraphRequest;
  readonly viewer: AskedFor;
  resolve(answer: SubgraphResponse | Promise<SubgraphResponse>): void;
  reject(failure: unknown): void;
}

type Send = (request: SubgraphRequest) => Promise<SubgraphResponse>;

/**
 * Those who are told an event read what is their own of it: equal reads of one turn go out as one request, which names its
 * viewers under the gateway's signature. The subgraph runs it as each of them. One that does not know how to
 * answers without saying so, and is asked for each.
 */
export function createCrowd(options: {
  /** The gateway's own, for one request. */
  createContext(): EdgeContext;
  maxViewers: number;
  /** How many are asked for at a time of those whom a subgraph does not answer in one request. */
  maxAskedApart: number;
}): Crowd {
  const apart = createGate({ max: options.maxAskedApart });
  const gathered = new Map<string, Asked[]>();
  let fetches = 0;

  async function ask(first: Asked, all: readonly Asked[], send: Send): Promise<void> {
    liveViewerFetches.inc();
    // A partition of its own: nobody joins it in flight, for it may have read what a block now hides.
    const context = { ...options.createContext(), partition: `crowd ${++fetches}` };
    const request = { ...first.request, body: bodyFor(all), context, signal: undefined };
    const { extensions } = await send(request);
    const answers = extensions?.[answersExtension];
    const isForAll = Array.isArray(answers) && answers.length === all.length;
    all.forEach((asked, i) => asked.resolve(isForAll ? answers[i] : sendApart(asked, send)));
  }

  function sendApart({ request, viewer }: Asked, send: Send): Promise<SubgraphResponse> {
    return apart({ caller: viewer.subject, signal: request.signal }, () => send(request));
  }

  function start(key: string, all: readonly Asked[], send: Send): void {
    if (gathered.get(key) === all) gathered.delete(key);
    const [first] = all;
    if (!first) return;
    if (all.length === 1) first.resolve(send(first.request));
    else ask(first, all, send).catch((failure: unknown) => all.forEach(({ reject }) => reject(failure)));
  }

  return {
    fetch(request, viewer, send) {
      const key = `${request.subgraph}\n${request.body}`;
      return new Promise((resolve, reject) => {
        const asked: Asked = { request, viewer, resolve, reject };
        const open = gathered.get(key);
        if (open && open.length < options.maxViewers) return void open.push(asked);
        const all = [asked];
        gathered.set(key, all);
        setImmediate(start, key, all, send);
      });
    },
  };
}

function bodyFor(all: readonly Asked[]): string {
  const viewers = JSON.stringify(all.map(({ viewer }) => viewer));
  return `${all[0]?.request.body.slice(0, -1)},"extensions":{"${viewersExtension}":${viewers}}}`;
}
