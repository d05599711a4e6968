import type { Stack } from '@murmuration/dev';

/** How often the gateway has asked subgraphs, and the timeline `user`, so far. */
export async function countsOf(stack: Stack): Promise<{ fetches: number; calls: number }> {
  const read = async (process: string) => {
    const url = stack.processes.get(process)?.metricsUrl;
    return url ? (await fetch(url)).text() : '';
  };
  const [gateway, timeline] = await Promise.all([read('gateway'), read('timeline')]);
  return {
    fetches: sum(
      gateway,
      /^gateway_subgraph_fetch_duration_seconds_count\{[^}]*kind="(?:query|mutation)"[^}]*\} (\d+)/gm,
    ),
    calls: sum(timeline, /^internal_call_duration_seconds_count\{[^}]*\} (\d+)/gm),
  };
}

function sum(page: string, sample: RegExp): number {
  return [...page.matchAll(sample)].reduce((total, [, value]) => total + Number(value), 0);
}

/** Open streams at the timeline, as it counts them. */
export async function openStreamsOf(stack: Stack): Promise<number> {
  const url = stack.processes.get('timeline')?.metricsUrl;
  const page = url ? await (await fetch(url)).text() : '';
  return sum(page, /^live_streams(?:\{[^}]*\})? (\d+)/gm);
}
