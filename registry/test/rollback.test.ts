import { describe, expect, it, vi } from 'vitest';
import { people } from './cast.ts';
import { type Desk, desk } from './desk.ts';

// A process for every command that is typed.
vi.setConfig({ testTimeout: 180_000 });

const settings = (more: object = {}) =>
  JSON.stringify({
    subgraphs: '*.sdl.graphql',
    documents: 'app/*.graphql',
    lint: { default: 'ignore' },
    policy: { changes: { FIELD_REMOVED: 'ignore' }, deprecation: { required: 'ignore' } },
    ...more,
  });

const withBio = people('name: String nameHistory: [String!] bio: String').sdl;

/** Version 1 without biographies, version 2 with, and an app that asks for `fields` of them. */
async function twoVersions(at: Desk, fields: string): Promise<void> {
  at.write('registry.config.json', settings());
  at.write('people.sdl.graphql', people().sdl);
  at.write('app/me.graphql', 'query Me { me { name } }');
  expect((await at.registry('publish', '--init')).code).toBe(0);
  at.write('people.sdl.graphql', withBio);
  at.write('app/me.graphql', `query Me { me { ${fields} } }`);
  expect((await at.registry('publish')).code).toBe(0);
}

describe('a rollback', () => {
  it('asks the operations of the head, which clients have, and not those of the checkout', async () => {
    using at = desk();
    await twoVersions(at, 'name bio');
    at.write('app/me.graphql', 'query Me { me { name } }');
    expect(await at.registry('rollback', '1')).toMatchObject({
      code: 1,
      out: expect.stringContaining('operation Me becomes invalid'),
    });
    using other = desk();
    await twoVersions(other, 'name');
    other.write('app/me.graphql', 'query Me { me { name bio notEvenPublished } } query Half {');
    expect(await other.registry('rollback', '1')).toMatchObject({ code: 0, out: 'Published version 3.\n' });
  });

  it('is known to a version that only its operations make', async () => {
    using at = desk();
    await twoVersions(at, 'name');
    at.write('app/me.graphql', 'query Me { me { bio } }');
    expect(await at.registry('publish')).toMatchObject({ code: 0, out: 'Published version 3.\n' });
    expect(await at.registry('publish')).toMatchObject({ code: 0, out: expect.stringContaining('already') });
    expect((await at.registry('rollback', '1')).code).toBe(1);
  });

  it('brings the contracts of its version back', async () => {
    using at = desk();
    await twoVersions(at, 'name');
    at.write('registry.config.json', settings({ contracts: { all: {} } }));
    expect((await at.registry('publish')).code).toBe(0);
    expect(await at.registry('rollback', '2')).toMatchObject({
      code: 1,
      out: expect.stringContaining('contract all is gone'),
    });
  });

  it('takes approvals from another folder', async () => {
    using at = desk();
    await twoVersions(at, 'name');
    at.write('registry.config.json', settings({ policy: {} }));
    const refused = await at.registry('rollback', '1');
    expect(refused.code).toBe(1);
    const id = /id (\w{16})/.exec(refused.out)?.[1] ?? '';
    at.write('reviewed/README.md', 'approvals');
    const reason = ['--context', 'landed', '--reason', 'incident 7'];
    expect((await at.registry('approve', id, '--store', 'reviewed', ...reason)).code).toBe(0);
    const approved = ['--approvals', 'reviewed', '--context', 'landed'];
    expect(await at.registry('rollback', '1', ...approved)).toMatchObject({ code: 0 });
  });
});
