import type { HomeCache } from '../../src/home-cache/cache.ts';

/** Begins a rebuild of a list that is not there; empty, which is nobody's token, while another one is open. */
export async function openBuild(cache: HomeCache, reader: bigint): Promise<string> {
  const opened = await cache.open(reader, 'none');
  return opened.status === 'opened' ? opened.token : '';
}
