import { expect, test, vi } from 'vitest';
import { makeScratchFolder, removeScratchFolder, startRedis } from '../src/index.ts';
import { watchStore } from '../src/supervisor/watch-store.ts';

test('a Redis that dies under a running start is started again, and left alone after the end of the watch', async () => {
  const stateFolder = await makeScratchFolder();
  const redis = await startRedis({ stateFolder });
  const notes: string[] = [];
  const end = watchStore('Redis', redis, (note) => notes.push(note));
  await redis.kill();
  await vi.waitFor(() => expect(notes.at(-1)).toContain('Redis is back'), { timeout: 15_000 });
  await end();
  const told = notes.length;
  await redis.kill();
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(notes).toHaveLength(told);
  await removeScratchFolder(stateFolder);
});
