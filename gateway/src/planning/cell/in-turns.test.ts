import { expect, test } from 'vitest';
import { PlanFailure } from '../plan-failure.ts';
import type { Found } from '../question.ts';
import { givenAtATime, inTurns } from './in-turns.ts';
import { NotBegun } from './isolate.ts';

const found: Found = { findings: { kind: 'valid' }, text: '' };
const { signal } = new AbortController();
const settle = () => new Promise(setImmediate);

/** A cell that works on the first of what it was given when it is told to. */
function start() {
  let given: { text: string; resolve(found: Found): void; reject(why: Error): void }[] = [];
  const examine = inTurns(
    { maxWaiting: 100 },
    ({ text }) => new Promise((resolve, reject) => given.push({ text, resolve, reject })),
  );
  return {
    given: () => given.map(({ text }) => text),
    ask(text: string, caller = text) {
      const question = {
        operationName: undefined,
        labels: [],
        switchesOn: [],
        isValid: true,
        isPlanWanted: true,
      };
      const asked = examine({ ...question, text, caller, signal });
      asked.catch(() => {});
      return asked;
    },
    async answerOne() {
      given.shift()?.resolve(found);
      await settle();
    },
    /** Where that one is then planned in another way, it is found. */
    async endOnOne(isFound: boolean) {
      const [first, ...behind] = given;
      given = [];
      for (const { reject } of behind) reject(new NotBegun());
      if (isFound) first?.resolve(found);
      else first?.reject(new PlanFailure('timeout', 'it ended'));
      await settle();
    },
  };
}

test('a cell has a few small operations at hand, and a long one alone', async () => {
  const { answerOne, ask, given } = start();
  const long = 'l'.repeat(givenAtATime.operations * givenAtATime.charactersOfOne);
  const small = Array.from({ length: givenAtATime.operations + 1 }, (_, i) => `s${i}`);
  const all = [...small, long, 'f'].map((text) => ask(text));
  await settle();
  expect(given()).toEqual(small.slice(0, -1));
  await answerOne();
  expect(given()).toEqual(small.slice(1));
  for (let i = 1; i < small.length; i++) await answerOne();
  expect(given()).toEqual([long]);
  await answerOne();
  expect(given()).toEqual(['f']);
  await answerOne();
  expect(await Promise.all(all)).toHaveLength(small.length + 2);
});

test.each([
  ['fails', false],
  ['is planned otherwise', true],
])(
  'what a cell did not begin because of one that %s is asked again, one by one until it has gone well for long',
  async (_, isFound) => {
    const { answerOne, ask, endOnOne, given } = start();
    const bad = ask('bad', 'who does harm');
    const more = [ask('more', 'who does harm'), ask('small'), ask('other'), ask('next')];
    await settle();
    expect(given()).toEqual(['bad', 'more', 'small', 'other', 'next']);
    await endOnOne(isFound);
    if (isFound) expect(await bad).toBe(found);
    else await expect(bad).rejects.toMatchObject({ reason: 'timeout' });
    const order: string[] = [];
    for (let i = 0; i < 4; i++) {
      expect(given()).toHaveLength(1);
      order.push(...given());
      await answerOne();
    }
    expect(order.toSorted()).toEqual(['more', 'next', 'other', 'small']);
    await Promise.all(more);
    for (let i = 0; i < givenAtATime.oneByOneAfterEnd; i++) {
      const one = ask(`s${i}`);
      await settle();
      await answerOne();
      await one;
    }
    for (let i = 0; i <= givenAtATime.operations; i++) ask(`t${i}`);
    await settle();
    expect(given()).toHaveLength(givenAtATime.operations);
  },
);
