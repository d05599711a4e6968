import { afterEach, describe, expect, it } from 'vitest';
import { createLiveClient, type LiveClient, type LiveClientOptions, type Told } from '../src/index.ts';
import { letIn, type Side, startScriptedServer } from './scripted-server.ts';

type Event = { __typename: string; cursor?: string; n?: number };

const query = 'subscription ($after: String) { feed(after: $after) { __typename cursor } }';
const quick = { firstWaitMs: 10, longestWaitMs: 50, idleMs: 20, refreshGapMs: 10 };
const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function serve(onInit?: Parameters<typeof startScriptedServer>[0]) {
  const server = await startScriptedServer(onInit);
  undo.push(server.stop);
  return server;
}

function clientOf(url: string, options: Partial<LiveClientOptions> = {}): LiveClient {
  const client = createLiveClient({ url, ...options, settings: { ...quick, ...options.settings } });
  undo.push(client.close);
  return client;
}

/** Reads a stream to its end, and says how it ended. */
function read(client: LiveClient, operation: { after?: string; signal?: AbortSignal } = {}) {
  const told: Told<Event>[] = [];
  const stream = client.subscribe<{ feed: Event }>({ query, ...operation });
  const ended = (async () => {
    try {
      for await (const one of stream) told.push(one);
      return 'done';
    } catch (error) {
      return (error as { code: string }).code;
    }
  })();
  const cursors = () => told.map(({ cursor, kind }) => (kind === 'reset' ? `reset ${cursor}` : cursor));
  return { told, ended, cursors, leave: () => stream.return() };
}

const event = (n: number, __typename = 'Added') => ({ __typename, cursor: `c${n}`, n });
const fail = (side: Side, code: string) => {
  const id = side.subscribed().at(-1)?.id;
  side.send({ id, type: 'next', payload: { errors: [{ message: 'no', extensions: { code } }] } });
  side.send({ id, type: 'complete' });
};

describe('a stream goes on behind its last event', () => {
  it.each([1001, 1011, 4443, 4444, 4445, 4500])('after the close %s', async (code) => {
    const server = await serve();
    const { cursors } = read(clientOf(server.url));
    await expect.poll(() => server.sides[0]?.subscribed()).toHaveLength(1);
    expect(server.last().subscribed()[0]?.variables).toEqual({});
    server.last().tell(event(1));
    server.last().close(code);
    await expect.poll(() => server.sides[1]?.subscribed()[0]?.variables).toEqual({ after: 'c1' });
    server.last().tell(event(2));
    await expect.poll(cursors).toEqual(['c1', 'c2']);
  });

  it.each(['EVENT_INCOMPLETE', 'DOWNSTREAM_ERROR', 'RATE_LIMITED', 'INTERNAL_SERVER_ERROR'])(
    'after %s, on the same socket',
    async (code) => {
      const server = await serve();
      const { cursors } = read(clientOf(server.url), { after: 'c7' });
      await expect.poll(() => server.sides[0]?.subscribed()[0]?.variables).toEqual({ after: 'c7' });
      server.last().tell(event(8));
      fail(server.last(), code);
      await expect.poll(() => server.last().subscribed()[1]?.variables).toEqual({ after: 'c8' });
      server.last().tell(event(9));
      await expect.poll(cursors).toEqual(['c8', 'c9']);
      expect(server.sides).toHaveLength(1);
    },
  );

  it('after a cut, a server that is silent, and one that lets nobody in for a while', async () => {
    let turnedAway = 0;
    const server = await serve((side) => (turnedAway++ < 3 && turnedAway > 1 ? side.cut() : letIn(side)));
    const { cursors } = read(clientOf(server.url, { settings: { pingMs: 50, pongWaitMs: 2_500 } }));
    await expect.poll(() => server.sides[0]?.subscribed()).toHaveLength(1);
    server.last().tell(event(1));
    server.last().cut();
    await expect.poll(() => server.sides[3]?.subscribed()[0]?.variables).toEqual({ after: 'c1' });
    // It answers no ping.
    await expect.poll(() => server.sides[4]?.subscribed()[0]?.variables).toEqual({ after: 'c1' });
    expect(server.sides[3]?.received).toContainEqual({ type: 'ping' });
    server.last().tell(event(2));
    await expect.poll(cursors).toEqual(['c1', 'c2']);
  });

  it('leaves out what comes again, and what only moves the cursor', async () => {
    const server = await serve();
    const { cursors } = read(clientOf(server.url));
    await expect.poll(() => server.sides[0]?.subscribed()).toHaveLength(1);
    for (const one of [event(1), event(1), event(2, 'Bookmark')]) server.last().tell(one);
    server.last().cut();
    await expect.poll(() => server.sides[1]?.subscribed()[0]?.variables).toEqual({ after: 'c2' });
    // Two events may have one place in the log.
    for (const one of [event(1), { ...event(2), n: 3 }, { ...event(2), n: 4 }, event(5)])
      server.last().tell(one);
    await expect.poll(cursors).toEqual(['c1', 'c2', 'c2', 'c5']);
  });

  it('hands on where what an event tells was written, to be sent with what is asked next', async () => {
    const server = await serve();
    const { told } = read(clientOf(server.url));
    await expect.poll(() => server.sides[0]?.subscribed()).toHaveLength(1);
    server.last().tell({ ...event(1), position: 'p1' });
    server.last().tell({ ...event(2), position: null });
    await expect.poll(() => told).toMatchObject([{ position: 'p1' }, { position: null }]);
  });

  it('that the app did not read yet stays with the server, above a number', async () => {
    const server = await serve();
    const stream = clientOf(server.url, { settings: { maxQueued: 4, idleMs: 10_000 } }).subscribe<{
      feed: Event;
    }>({ query });
    await expect.poll(() => server.sides[0]?.subscribed()).toHaveLength(1);
    for (let n = 1; n <= 6; n++) server.last().tell(event(n));
    await expect.poll(() => server.last().received.some(({ type }) => type === 'complete')).toBe(true);
    const seen: unknown[] = [];
    for (let n = 1; n <= 4; n++) seen.push((await stream.next()).value?.cursor);
    await expect.poll(() => server.last().subscribed()[1]?.variables).toEqual({ after: 'c4' });
    server.last().tell(event(5));
    seen.push((await stream.next()).value?.cursor);
    expect(seen).toEqual(['c1', 'c2', 'c3', 'c4', 'c5']);
    await stream.return();
  });
});

describe('a reset is told', () => {
  it('where the server says so, and the stream goes on from its cursor', async () => {
    const server = await serve();
    const { told } = read(clientOf(server.url), { after: 'old' });
    await expect.poll(() => server.sides[0]?.subscribed()).toHaveLength(1);
    server.last().tell({ __typename: 'Reset', cursor: 'c5', reason: 'TOO_OLD' });
    server.last().cut();
    await expect.poll(() => server.sides[1]?.subscribed()[0]?.variables).toEqual({ after: 'c5' });
    server.last().tell(event(6));
    await expect
      .poll(() => told)
      .toEqual([
        { kind: 'reset', reason: 'TOO_OLD', cursor: 'c5' },
        { kind: 'event', event: event(6), cursor: 'c6', position: null, errors: [] },
      ]);
  });

  it('where a stream without cursors was cut', async () => {
    const server = await serve();
    const { cursors } = read(clientOf(server.url));
    await expect.poll(() => server.sides[0]?.subscribed()).toHaveLength(1);
    server.last().tell({ __typename: 'Counts', n: 1 });
    server.last().cut();
    await expect.poll(() => server.sides[1]?.subscribed()[0]?.variables).toEqual({});
    server.last().tell({ __typename: 'Counts', n: 1 });
    await expect.poll(cursors).toEqual([null, 'reset null', null]);
  });

  it('to listeners one after the other: what comes next waits for the refetch', async () => {
    const server = await serve();
    const log: unknown[] = [];
    let refetched = () => {};
    const stop = clientOf(server.url).listen<{ feed: Event }>(
      { query },
      {
        onEvent: ({ n }) => void log.push(n),
        async onReset(reason) {
          log.push(reason);
          await new Promise<void>((resolve) => (refetched = resolve));
          log.push('refetched');
        },
        onEnd: (error) => log.push(error ?? 'over'),
      },
    );
    await expect.poll(() => server.sides[0]?.subscribed()).toHaveLength(1);
    server.last().tell({ __typename: 'Reset', cursor: 'c1', reason: 'REBUILT' });
    server.last().tell(event(2));
    await expect.poll(() => log).toEqual(['REBUILT']);
    refetched();
    await expect.poll(() => log).toEqual(['REBUILT', 'refetched', 2]);
    stop();
    await expect.poll(() => log.at(-1)).toBe('over');
    await expect.poll(() => server.last().received.at(-1)?.type).toBe('complete');
  });
});

describe('a stream ends for good', () => {
  it.each([
    'UNAUTHENTICATED',
    'FORBIDDEN',
    'BAD_USER_INPUT',
    'GRAPHQL_VALIDATION_FAILED',
    'OF_ANOTHER_SERVER',
  ])('with the code %s, and others go on', async (code) => {
    const server = await serve();
    const client = clientOf(server.url);
    const other = read(client);
    const { ended } = read(client);
    await expect.poll(() => server.sides[0]?.subscribed()).toHaveLength(2);
    const [first, second] = server.last().subscribed();
    server.last().send({ id: second?.id, type: 'error', payload: [{ message: 'no', extensions: { code } }] });
    expect(await ended).toBe(code);
    server.last().send({ id: first?.id, type: 'next', payload: { data: { feed: event(1) } } });
    await expect.poll(other.cursors).toEqual(['c1']);
  });

  it.each([
    [4400, 'PROTOCOL'],
    [4441, 'SESSION_ENDED'],
    [4403, 'UNAUTHENTICATED'],
  ])('with the close code %i, %s', async (closeCode, code) => {
    const asked: boolean[] = [];
    const server = await serve((side) => side.close(closeCode));
    const token = ({ isStale }: { isStale: boolean }) => `t${asked.push(isStale)}`;
    expect(await read(clientOf(server.url, { token })).ended).toBe(code);
    // What is no good as a token is tried once more with another.
    expect(asked).toEqual(code === 'UNAUTHENTICATED' ? [false, true] : [false]);
    await expect.poll(() => server.sides.length).toBe(asked.length);
  });

  it('when the server says that it is complete, when it is left or aborted, when the client is closed', async () => {
    const server = await serve();
    const client = clientOf(server.url);
    const abort = new AbortController();
    const [completed, left, aborted] = [read(client), read(client), read(client, { signal: abort.signal })];
    await expect.poll(() => server.sides[0]?.subscribed()).toHaveLength(3);
    const ids = server
      .last()
      .subscribed()
      .map(({ id }) => id);
    server.last().send({ id: ids[0], type: 'complete' });
    expect(await completed.ended).toBe('done');
    await left.leave();
    abort.abort();
    expect([await left.ended, await aborted.ended]).toEqual(['done', 'done']);
    const completes = () =>
      server
        .last()
        .received.filter(({ type }) => type === 'complete')
        .map(({ id }) => id);
    await expect.poll(completes).toEqual([ids[1], ids[2]]);
    expect(await read(client, { signal: AbortSignal.abort() }).ended).toBe('done');
    const open = read(client);
    client.close();
    expect(await open.ended).toBe('CLOSED');
    expect(await read(client).ended).toBe('CLOSED');
  });

  it('above a number of streams, without a __typename, and when nobody is there for too long', async () => {
    const server = await serve();
    const client = clientOf(server.url, { settings: { maxStreams: 1 } });
    const { ended } = read(client);
    expect(await read(client).ended).toBe('TOO_MANY_STREAMS');
    await expect.poll(() => server.sides[0]?.subscribed()).toHaveLength(1);
    server.last().tell({ cursor: 'c1' });
    expect(await ended).toBe('NO_TYPENAME');
    await server.stop();
    expect(await read(clientOf(server.url, { settings: { giveUpAfterMs: 100 } })).ended).toBe('UNREACHABLE');
  });
});

describe('the token', () => {
  it('is refreshed in place when the server says that it runs out', async () => {
    const server = await serve();
    let count = 0;
    const { cursors } = read(clientOf(server.url, { token: () => `t${++count}` }));
    await expect.poll(() => server.sides[0]?.subscribed()).toHaveLength(1);
    expect(server.last().received[0]?.payload).toEqual({ authorization: 'Bearer t1' });
    server.last().send({ type: 'ping', payload: { accessTokenExpiresAt: new Date().toISOString() } });
    await expect
      .poll(() => server.last().received)
      .toContainEqual({ type: 'ping', payload: { authorization: 'Bearer t2' } });
    server.last().tell(event(1));
    await expect.poll(cursors).toEqual(['c1']);
    expect(server.sides).toHaveLength(1);
  });

  it('is another one on the next socket when it has run out, and asked for again when it could not be had', async () => {
    const server = await serve();
    const asked: boolean[] = [];
    const token = async ({ isStale }: { isStale: boolean }) => {
      if (asked.push(isStale) === 2) throw new Error('offline');
      return `t${asked.length}`;
    };
    read(clientOf(server.url, { token }));
    await expect.poll(() => server.sides[0]?.subscribed()).toHaveLength(1);
    server.last().close(4440);
    await expect.poll(() => server.sides[1]?.received[0]?.payload).toEqual({ authorization: 'Bearer t3' });
    await expect.poll(() => server.last().subscribed()).toHaveLength(1);
    expect(asked).toEqual([false, true, true]);
  });
});

it('a hint that the network is back ends the wait, one that it is gone asks the server', async () => {
  const server = await serve();
  const hints = new EventTarget();
  const statuses: string[] = [];
  const settings = { firstWaitMs: 100_000, longestWaitMs: 1_000_000, pongWaitMs: 50 };
  const { leave } = read(
    clientOf(server.url, { hints, settings, onStatus: (status) => statuses.push(status) }),
  );
  await expect.poll(() => server.sides[0]?.subscribed()).toHaveLength(1);
  hints.dispatchEvent(new Event('offline'));
  await expect.poll(() => statuses).toEqual(['connecting', 'open', 'waiting']);
  hints.dispatchEvent(new Event('online'));
  await expect.poll(() => statuses.at(-1)).toBe('open');
  expect(server.sides).toHaveLength(2);
  await leave();
  await expect.poll(() => statuses.at(-1)).toBe('idle');
});
