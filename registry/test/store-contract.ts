import { describe, expect, it } from 'vitest';
import { type PublishRequest, publish } from '../src/publish.ts';
import type { Subgraph } from '../src/composition/subgraph.ts';
import type { NewVersion, Store } from '../src/store/store.ts';
import { config, nowMs, people, posts } from './cast.ts';

/**
 * What any store must do. `open` gives a view of one and the same fresh store; call it for each publisher.
 * @param usualRounds of the race, unless REGISTRY_RACE_ROUNDS says how many
 */
export function storeContract(
  name: string,
  fresh: () => Promise<{ open(): Store }>,
  usualRounds = 100,
): void {
  const rounds = Number(process.env['REGISTRY_RACE_ROUNDS'] ?? usualRounds);
  describe(`the ${name} keeps the contract of a store`, () => {
    it('begins empty and counts versions from 1', async () => {
      const store = (await fresh()).open();
      expect(await store.head()).toBeUndefined();
      expect(await store.versions()).toEqual([]);
      expect(await store.append(0, version('alice', [people()]))).toEqual({ status: 'published', id: 1 });
      expect(await store.head()).toMatchObject({
        id: 1,
        by: 'alice',
        subgraphs: [people()],
        supergraphSdl: 'S',
      });
      expect(await store.version(2)).toBeUndefined();
    });

    it('refuses an append on a head that has moved, and says where it is', async () => {
      const { open } = await fresh();
      await open().append(0, version('alice', [people()]));
      expect(await open().append(0, version('bob', [posts()]))).toEqual({ status: 'conflict', head: 1 });
      expect((await open().head())?.by).toBe('alice');
    });

    it('lets exactly one of many simultaneous appends through', async () => {
      const { open } = await fresh();
      const results = await Promise.all(
        Array.from({ length: 8 }, (_, position) => open().append(0, version(`p${position}`, [people()]))),
      );
      expect(results.filter(({ status }) => status === 'published')).toHaveLength(1);
      expect((await open().versions()).map(({ id }) => id)).toEqual([1]);
    });

    it(`loses nothing while two publishers race for ${rounds} rounds`, async () => {
      const { open } = await fresh();
      const stores = [open(), open()];
      for (let round = 1; round <= rounds; round++) {
        const results = await Promise.all([
          publish(stores[0] as Store, requestFor(people(fieldsUpTo(round)))),
          publish(stores[1] as Store, requestFor(posts(fieldsUpTo(round)))),
        ]);
        expect(results.map(({ status }) => status)).toEqual(['published', 'published']);
      }
      const history = await open().versions();
      expect(history.map(({ id }) => id)).toEqual(Array.from({ length: 2 * rounds }, (_, at) => at + 1));
      expect(await open().versions({ before: 5, most: 3 })).toEqual(history.slice(1, 4));
      expect(await open().versions({ most: 2 })).toEqual(history.slice(-2));
      const head = await open().head();
      expect(head?.subgraphs.map(({ sdl }) => sdl).toSorted()).toEqual(
        [people(fieldsUpTo(rounds)).sdl, posts(fieldsUpTo(rounds)).sdl].toSorted(),
      );
    }, 180_000);

    it('makes no version of what is published already', async () => {
      const store = (await fresh()).open();
      expect(await publish(store, requestFor(people()))).toMatchObject({ status: 'published', id: 1 });
      expect(await publish(store, requestFor(people()))).toEqual({ status: 'unchanged', id: 1 });
    });

    it('remembers who approved what in which context, and nothing for another', async () => {
      const store = (await fresh()).open();
      const approval = {
        context: 'pull/12',
        changeId: 'a'.repeat(16),
        by: 'carol',
        reason: 'no client yet',
        at: 'now',
      };
      await store.approve(approval);
      expect(await store.approvals('pull/12')).toEqual([approval]);
      expect(await store.approvals('pull/1')).toEqual([]);
      expect(await store.approvals('../approvals')).toEqual([]);
    });

    it('lets nobody publish while it is frozen', async () => {
      const store = (await fresh()).open();
      const freeze = { by: 'carol', reason: 'incident 7', at: '2026-11-22' };
      await store.freeze(freeze);
      expect(await store.append(0, version('bob', [people()]))).toEqual({ status: 'frozen', freeze });
      await expect(publish(store, requestFor(people()))).rejects.toThrow(
        /frozen since 2026-11-22 by carol: incident 7/,
      );
      await store.unfreeze();
      expect(await store.append(0, version('bob', [people()]))).toMatchObject({ status: 'published' });
    });

    it('gives usage back as it came', async () => {
      const store = (await fresh()).open();
      const usage = {
        version: 1 as const,
        from: '2026-10-01T00:00:00Z',
        to: '2026-11-01T00:00:00Z',
        operations: [{ name: 'Me', document: '{ me { id } }', client: { name: 'ios' }, count: 3 }],
      };
      await store.addUsage(usage);
      await store.addUsage(usage);
      expect(await store.usage()).toEqual([usage]);
    });
  });
}

function version(by: string, subgraphs: Subgraph[]): NewVersion {
  return { at: '2026-11-22T00:00:00.000Z', by, message: '', subgraphs, supergraphSdl: 'S' };
}

function fieldsUpTo(count: number): string {
  return Array.from({ length: count }, (_, at) => `f${at}: Int`).join(' ');
}

/** A publication that puts one subgraph on top of whatever the head is. */
export function requestFor(subgraph: Subgraph): PublishRequest {
  return {
    by: 'alice',
    message: '',
    nowMs,
    init: true,
    next: (head) => [...head.filter(({ name }) => name !== subgraph.name), subgraph],
    checkWith: { config: config(), usageFiles: [] },
  };
}
