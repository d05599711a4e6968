import { backOffMs } from './back-off.ts';
import { finalError, LiveError, type ResultError } from './errors.ts';
import type { Attached, Link, LinkOptions, LiveStatus } from './link.ts';
import type { Result } from './operation.ts';
import { readEvents } from './sse-events.ts';

type Timer = ReturnType<typeof setTimeout>;

/** A stream and the request that carries it now. */
interface Carried {
  readonly stream: Attached;
  request: AbortController;
  status: LiveStatus;
  timer: Timer | undefined;
  attempt: number;
  hasToken: boolean;
  isStale: boolean;
  downSinceMs: number | undefined;
}

/**
 * A request for each stream (`text/event-stream`, distinct connections): for networks that let no websocket through. A token that
 * runs out ends the request, and the next one brings another.
 */
export function overServerSentEvents({ onStatus, settings, token, url }: LinkOptions): Link {
  const carried = new Set<Carried>();

  /** The worst of all streams': what a banner would say. */
  function report(one: Carried, status: LiveStatus): void {
    one.status = status;
    const statuses = [...carried].map(({ status }) => status);
    onStatus((['waiting', 'connecting', 'open'] as const).find((each) => statuses.includes(each)) ?? 'idle');
  }

  function leave(one: Carried): void {
    clearTimeout(one.timer);
    carried.delete(one);
    one.request.abort();
    report(one, 'idle');
  }

  function end(one: Carried, error?: LiveError): void {
    leave(one);
    one.stream.end(error);
  }

  function again(one: Carried, reason: string): void {
    if (!carried.has(one)) return;
    one.request.abort();
    one.downSinceMs ??= performance.now();
    if (performance.now() - one.downSinceMs >= settings.giveUpAfterMs)
      return end(one, new LiveError('UNREACHABLE', reason));
    report(one, 'waiting');
    one.timer = setTimeout(() => void run(one), backOffMs(one.attempt++, settings));
  }

  function fail(one: Carried, errors: readonly ResultError[], wasOpen: boolean): void {
    const error = finalError(errors);
    // A token that ran out is a reason for another one; that is refused only when it is, too.
    const isToken = error?.code === 'UNAUTHENTICATED' && one.hasToken && (!one.isStale || wasOpen);
    if (error && !isToken) return end(one, error);
    one.isStale ||= isToken;
    again(one, errors[0]?.message ?? 'The stream failed.');
  }

  async function run(one: Carried): Promise<void> {
    const request = new AbortController();
    one.request = request;
    report(one, 'connecting');
    let watch = setTimeout(() => request.abort(), settings.connectWaitMs);
    let steady: Timer | undefined;
    let wasOpen = false;
    const heard = () => {
      clearTimeout(watch);
      watch = setTimeout(() => request.abort(), settings.pingMs + settings.pongWaitMs);
    };
    try {
      const given = await token({ isStale: one.isStale });
      one.hasToken = given !== null;
      const answer = await fetch(url, {
        method: 'POST',
        headers: {
          accept: 'text/event-stream',
          'content-type': 'application/json',
          ...(given === null ? {} : { authorization: `Bearer ${given}` }),
        },
        body: JSON.stringify(one.stream.payload()),
        signal: request.signal,
      });
      if (!answer.ok || !answer.body) {
        const { errors = [] } = (await answer.json()) as Result;
        return fail(one, errors, false);
      }
      report(one, 'open');
      one.stream.opened();
      one.downSinceMs = undefined;
      steady = setTimeout(() => {
        one.attempt = 0;
        one.isStale = false;
        wasOpen = true;
      }, settings.steadyMs);
      for await (const { data, event } of readEvents(answer.body, heard)) {
        if (!carried.has(one)) return;
        if (event === 'complete') return end(one);
        if (event !== 'next') continue;
        const result = JSON.parse(data) as Result;
        if (!result.data) return fail(one, result.errors ?? [], wasOpen);
        wasOpen = true;
        one.attempt = 0;
        one.isStale = false;
        one.stream.next(result);
      }
      again(one, 'The connection was lost.');
    } catch (error) {
      again(one, String(error));
    } finally {
      clearTimeout(watch);
      clearTimeout(steady);
    }
  }

  return {
    attach(stream) {
      const one: Carried = {
        stream,
        request: new AbortController(),
        status: 'idle',
        timer: undefined,
        attempt: 0,
        hasToken: false,
        isStale: false,
        downSinceMs: undefined,
      };
      carried.add(one);
      void run(one);
      return () => carried.has(one) && leave(one);
    },
    hint(isOnline) {
      for (const one of carried) {
        if (one.status !== 'waiting' || !isOnline) continue;
        clearTimeout(one.timer);
        void run(one);
      }
    },
    close() {
      for (const one of carried) leave(one);
    },
  };
}
