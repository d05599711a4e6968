import pg from 'pg';
import { createFeed, runConsumer } from '../../src/index.ts';
import { followerOptions, project } from './projection.ts';
import { silent, sourceOf } from './source.ts';

/** A consumer in a process of its own that stops for ever between the effect and the commit. */
const [producerUrl = '', followerUrl = ''] = process.argv.slice(2);
const producer = new pg.Pool({ connectionString: producerUrl });
const follower = new pg.Pool({ connectionString: followerUrl });
const feed = createFeed({ pool: producer, name: 'user', logger: silent });

runConsumer({
  ...followerOptions(follower, followerUrl, sourceOf(producer, feed)),
  limits: { events: 2, waitMs: 500 },
  async apply(client, changes, source) {
    await project(client, changes, source);
    if (!changes.some((change) => change.aggregateId === '3:4')) return;
    process.send?.('hangs');
    await new Promise(() => undefined);
  },
});
