import fc from 'fast-check';
import { expect, it } from 'vitest';
import { alignLines, diffLimits } from '../src/pages/side-by-side.ts';

const lines = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 30 });

it('shows both texts whole and in order, and the same only where it is the same', () => {
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const rows = alignLines(before, after);
      expect(rows.flatMap((row) => row.before ?? [])).toEqual(before);
      expect(rows.flatMap((row) => row.after ?? [])).toEqual(after);
      for (const row of rows) if (row.kind === 'same') expect(row.before).toBe(row.after);
    }),
  );
});

it('stands texts that differ everywhere beside each other without comparing them', () => {
  const before = Array.from({ length: diffLimits.lines }, (_, at) => `b${at}`);
  const after = before.map((line) => `${line}!`);
  expect(alignLines(before, after)).toHaveLength(diffLimits.lines);
});
