import { afterAll, beforeAll, describe } from 'vitest';
import { startShared, stopShared } from '../support/shared.ts';

/** Stories that end nothing. One alone: `vitest run --project e2e in-peace -t 'three clients'`. */
beforeAll(startShared);
afterAll(stopShared);

// Before anything has happened that an alert could be about.
describe('prometheus', async () => void (await import('../observe/prometheus.story.ts')));
describe('sign up and post', async () =>
  void (await import('../sign-up-and-post/sign-up-and-post.story.ts')));
describe('sign in again', async () => void (await import('../sign-up-and-post/sign-in-again.story.ts')));
describe('bad input', async () => void (await import('../bad-input/bad-input.story.ts')));
describe('node and hidden', async () => void (await import('../node-and-hidden/node-and-hidden.story.ts')));
describe('live', async () => void (await import('../live/live.story.ts')));
describe('live of three subgraphs', async () => void (await import('../live/three-subgraphs.story.ts')));
describe('three clients', async () => void (await import('../three-clients/three-clients.story.ts')));
describe('read your writes', async () =>
  void (await import('../read-your-writes/read-your-writes.story.ts')));
