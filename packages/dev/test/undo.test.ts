import { expect, test } from 'vitest';
import { undoAll } from '../src/stack/undo.ts';

test('every step is undone, the last first, whatever becomes of the others', async () => {
  const done: string[] = [];
  const steps = ['folder', 'stores', 'processes'].map((name) => async () => {
    done.push(name);
    if (name === 'processes') throw new Error('a service does not stop');
  });
  await expect(undoAll(steps)).rejects.toThrow('a service does not stop');
  expect(done).toEqual(['processes', 'stores', 'folder']);
  await undoAll(steps);
  expect(done).toHaveLength(3);
});

test('all faults are told, also of a step that fails before it begins to wait', async () => {
  const fault = (message: string) => () => {
    throw new Error(message);
  };
  await expect(undoAll([fault('one'), fault('two')])).rejects.toMatchObject({
    errors: [{ message: 'two' }, { message: 'one' }],
  });
});
