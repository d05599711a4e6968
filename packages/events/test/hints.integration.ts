import { createRedisCache } from '@murmuration/service-kit';
import { createRedisProcess } from '@murmuration/testing';
import { expect, test } from 'vitest';
import { createFeedHints } from '../src/feed/hints.ts';
import { until } from './support/follower.ts';
import { silent } from './support/source.ts';

test('hints cross processes, and do so again after Redis was away, which nobody notices', async () => {
  const server = await createRedisProcess();
  const caches = [1, 2].map(() => createRedisCache({ url: server.url, logger: silent, name: 'test' }));
  const [here, there] = caches.map((cache) => createFeedHints('user', cache));
  if (!here || !there) throw new Error('two were made');
  const arrives = async () => {
    const seen = there.count();
    await until(() => {
      here.publish();
      return there.count() > seen;
    });
  };
  await arrives();
  await server.kill();
  const seen = here.count();
  here.publish();
  expect(here.count()).toBe(seen + 1);
  await server.start();
  await arrives();
  for (const hints of [here, there]) hints.close();
  for (const cache of caches) cache.close();
  await server.close();
});

test('who waits is woken by a hint that came between looking and waiting', async () => {
  const hints = createFeedHints('user');
  const seen = hints.count();
  hints.publish();
  await hints.wait(seen, 60_000, new AbortController().signal);
  const abort = new AbortController();
  const waiting = hints.wait(hints.count(), 60_000, abort.signal);
  abort.abort();
  await waiting;
  hints.close();
});
