import { expect, test } from 'vitest';
import { readExpression } from './promql.ts';

test('metrics and their labels are read out of an expression', () => {
  const expression =
    'sum by (le, feed) (rate(a_bucket{kind="x",outcome!~"y|z"}[5m])) / max(b_total offset 10m) > 15e9 and up == 1';
  expect(readExpression(expression)).toEqual([
    { metric: 'a_bucket', labels: ['kind', 'outcome', 'le', 'feed'] },
    { metric: 'b_total', labels: [] },
  ]);
});

test('what a function does and what a string says is no metric', () => {
  expect(readExpression('label_replace(absent(up{job="m/x"} == 1), "part", "some_metric", "", "")')).toEqual(
    [],
  );
  expect(readExpression('time() - min by (job) (c_seconds) > 3 * 3600')).toEqual([
    { metric: 'c_seconds', labels: [] },
  ]);
});
