import { createLogger } from '@murmuration/service-kit';
import { afterEach, expect, test, vi } from 'vitest';
import type { Serving } from '../operation/serving.ts';
import { startSupergraph, type SupergraphHost } from './host.ts';
import type { SupergraphSource } from './source.ts';

let host: SupergraphHost | undefined;
afterEach(() => host?.stop());
afterEach(() => void vi.useRealTimers());

const generation = { start() {}, retire() {}, dispose() {} };
const serving = (sdl: string) =>
  ({ generation: { ...generation, id: sdl }, entries: { bytes: () => 0, clear() {} } }) as unknown as Serving;

/** A source that says what is in `now` until it is taken, and how often it was asked. */
function sourceOf(now: { sdl: string }) {
  let taken: string | undefined;
  const source: SupergraphSource = {
    name: 'a test',
    async read() {
      const { sdl } = now;
      return sdl === taken ? undefined : { sdl, taken: () => (taken = sdl) };
    },
  };
  return { source, taken: () => taken };
}

async function start(now: { sdl: string }, accept: (sdl: string) => Promise<void>, copy?: string) {
  const kept: string[] = [];
  const { source, taken } = sourceOf(now);
  const read = source.read;
  // Where there is a copy, the source is away at the start.
  if (copy !== undefined)
    source.read = async () => {
      source.read = read;
      throw new Error('away');
    };
  host = await startSupergraph({
    source,
    lastGood: { keep: async (sdl) => void kept.push(sdl), read: async () => copy },
    pollMs: 1,
    logger: createLogger('host', 'silent'),
    prepare: serving,
    accept,
    warm: async () => ({ planned: 0, failed: 0 }),
  });
  host.watch();
  return { host, kept, taken };
}

test('the first supergraph is kept for worse days only once it is accepted', async () => {
  const accepting = Promise.withResolvers<void>();
  const { kept } = await start({ sdl: 'one' }, () => accepting.promise);
  expect(kept).toEqual([]);
  accepting.resolve();
  await expect.poll(() => kept).toEqual(['one']);
});

test('a first supergraph that is not accepted serves, and is not kept', async () => {
  const asked: string[] = [];
  const { host: serves, kept } = await start({ sdl: 'one' }, async (sdl) => {
    asked.push(sdl);
    throw new Error('no');
  });
  await expect.poll(() => asked).toEqual(['one']);
  await new Promise(setImmediate);
  expect(serves.serving().generation.id).toBe('one');
  expect(kept).toEqual([]);
});

test('what serves from the copy on disk is confirmed by its source, and not put in its own place', async () => {
  const asked: string[] = [];
  const accept = async (sdl: string) => void asked.push(sdl);
  const now = { sdl: 'one' };
  const { host: serves, taken } = await start(now, accept, 'one');
  let swaps = 0;
  serves.onSwap(() => swaps++);
  await expect.poll(taken).toBe('one');
  expect([asked, swaps]).toEqual([['one'], 0]);
  now.sdl = 'two';
  await expect.poll(taken).toBe('two');
  expect([serves.serving().generation.id, swaps]).toEqual(['two', 1]);
});

test('a supergraph that could not be served for a moment is tried again, and no news until it serves', async () => {
  const now = { sdl: 'one' };
  let tries = 0;
  const { host: serves, taken } = await start(now, async (sdl) => {
    if (sdl === 'two' && tries++ === 0) throw new Error('not now');
  });
  now.sdl = 'two';
  await expect.poll(() => tries).toBe(1);
  // Somebody sets the clock: no matter.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 });
  expect([serves.serving().generation.id, taken()]).toEqual(['one', 'one']);
  await expect.poll(() => serves.serving().generation.id).toBe('two');
  expect(taken()).toBe('two');
});
