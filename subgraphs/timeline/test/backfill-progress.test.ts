import { Writable } from 'node:stream';
import type { BackfillState } from '@murmuration/events';
import { expect, test } from 'vitest';
import { createProgress } from '../src/backfill-progress.ts';

/** Collects what is written to it, as a terminal or as a file. */
function createOut(isTTY: boolean) {
  let written = '';
  const out = new Writable({
    write(chunk, _encoding, done) {
      written += String(chunk);
      done();
    },
  });
  return { out: Object.assign(out, { isTTY }) as unknown as NodeJS.WriteStream, written: () => written };
}

const state = (more: Partial<BackfillState>): BackfillState => ({
  generation: 2n,
  phase: 'read',
  aggregate: 'post',
  afterKey: null,
  expected: 400,
  states: 0,
  removed: 0,
  ...more,
});

test('on a terminal each feed has a line, which is written over as it goes on', () => {
  const { out, written } = createOut(true);
  const progress = createProgress(out);
  progress.show('post', state({ states: 100 }));
  progress.show('user', state({ aggregate: 'follow', expected: null, states: 7 }));
  const before = written();
  progress.show('post', state({ states: 200 }));
  // Up over both lines, each cleared and written again.
  const [, ...lines] = written().slice(before.length).split('\u001B[2K');
  expect(written().slice(before.length).startsWith('\u001B[2A')).toBe(true);
  expect(lines).toEqual([
    `post  ${'█'.repeat(12)}${'·'.repeat(12)} post, 200 states read of about 400\n`,
    `user  ${'·'.repeat(24)} follow, 7 states read\n`,
  ]);
  progress.show('post', state({ phase: 'sweep', removed: 3 }));
  expect(written()).toContain('post  removes what is gone of post: 3 so far\n');
});

test('more than was estimated fills the bar and no more', () => {
  const { out, written } = createOut(true);
  createProgress(out).show('post', state({ states: 900 }));
  expect(written()).toContain(`post  ${'█'.repeat(24)} post, 900 states read of about 400\n`);
});

test('elsewhere there is a line for each thing that is read, and no control characters', () => {
  const { out, written } = createOut(false);
  const progress = createProgress(out);
  progress.show('post', state({ states: 100 }));
  progress.show('post', state({ states: 200 }));
  progress.show('post', state({ aggregate: 'repost', states: 300 }));
  progress.end();
  expect(written().split('\n')).toHaveLength(4);
  expect(written()).not.toContain('\u001B');
});
