import type { BackfillState } from '@murmuration/events';

const barWidth = 24;

/** Shows on a terminal how far backfills are, a line each; elsewhere a line whenever one gets to something else. */
export function createProgress(out: NodeJS.WriteStream): {
  show(feed: string, state: BackfillState): void;
  end(): void;
} {
  const lines = new Map<string, string>();
  const places = new Map<string, string>();
  let shown = 0;

  return {
    show(feed, state) {
      const place = `${state.phase} ${state.aggregate}`;
      const isNew = places.get(feed) !== place;
      places.set(feed, place);
      lines.set(feed, progressLine(feed, state));
      if (!out.isTTY) {
        if (isNew) out.write(`${lines.get(feed)}\n`);
        return;
      }
      if (shown > 0) out.write(`\u001B[${shown}A`);
      for (const line of lines.values()) out.write(`\u001B[2K${line}\n`);
      shown = lines.size;
    },
    end() {
      out.write('the projection is what its owners say\n');
    },
  };
}

/** Of what an aggregate's owner estimates, and what of it has been read. */
export function progressLine(
  feed: string,
  { phase, aggregate, expected, states, removed }: BackfillState,
): string {
  if (phase === 'sweep') return `${feed}  removes what is gone of ${aggregate}: ${removed} so far`;
  const done = expected ? Math.min(1, states / expected) : 0;
  const bar = '█'.repeat(Math.round(done * barWidth)).padEnd(barWidth, '·');
  return `${feed}  ${bar} ${aggregate}, ${states} states read${expected ? ` of about ${expected}` : ''}`;
}
