import { expect, test } from 'vitest';
import type { FeedPosition } from '../feed/cursor.ts';
import { createChangeWindow, type LoggedChange } from './window.ts';

const at = (id: number): FeedPosition => ({ incarnation: 'one', xid: BigInt(id), id: BigInt(id) });
const change = (id: number, ...topics: string[]): LoggedChange<number> => ({
  place: at(id),
  topics,
  change: id,
});
const idsOf = (found: LoggedChange<number>[]) => found.map((each) => each.change);

test('what comes after a place is in order, each once, whatever topics it is found by', () => {
  const window = createChangeWindow<number>(100, at(0));
  window.add([change(1, 'a'), change(2, 'b'), change(3, 'a', 'b'), change(4, 'c'), change(5, 'a')]);
  expect(idsOf(window.after(at(0), ['a']))).toEqual([1, 3, 5]);
  expect(idsOf(window.after(at(1), ['a']))).toEqual([3, 5]);
  expect(idsOf(window.after(at(5), ['a']))).toEqual([]);
  expect(idsOf(window.after(at(1), ['b', 'a']))).toEqual([2, 3, 5]);
  expect(idsOf(window.after(at(0), ['nobody']))).toEqual([]);
});

test('it forgets the oldest beyond its limit and says where it begins, and takes back what is read again', () => {
  const window = createChangeWindow<number>(10, at(0));
  for (let id = 1; id <= 30; id++) window.add([change(id, 'a')]);
  expect(window.size()).toBeLessThanOrEqual(11);
  const [first = 0] = idsOf(window.after(window.start(), ['a']));
  expect(window.start()).toEqual(at(first - 1));
  window.extend(
    at(first - 3),
    [first - 2, first - 1, first].map((id) => change(id, 'a')),
  );
  expect(idsOf(window.after(at(first - 2), ['a'])).slice(0, 3)).toEqual([first - 1, first, first + 1]);
});
