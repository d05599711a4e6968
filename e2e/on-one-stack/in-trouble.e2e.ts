import { afterAll, beforeAll, describe } from 'vitest';
import { startShared, stopShared } from '../support/shared.ts';

/** Stories that end processes and stores, and start them again. One alone: `vitest run --project e2e in-trouble -t erasure`. */
beforeAll(startShared);
afterAll(stopShared);

describe('live contract', async () => void (await import('../live/contract.story.ts')));
describe('subgraph down', async () => void (await import('../subgraph-down/subgraph-down.story.ts')));
describe('redis down', async () => void (await import('../redis-down/redis-down.story.ts')));
describe('home timeline', async () => void (await import('../home-timeline/home-timeline.story.ts')));
describe('erasure', async () => void (await import('../erasure/erasure.story.ts')));
