import { tryAgain, type Queue } from '@murmuration/service-kit/subgraph';
import type { Sql } from '../database/pool.ts';
import { type ReplayRange, selectReplay } from '../belonging/replay.ts';
import type { Source } from '../belonging/source.ts';
import type { Visible } from '../belonging/visible.ts';
import { type TimelineLimits, timelineLimits } from '../limits.ts';
import type { LiveEvent } from './live-event.ts';
import type { Look } from './look.ts';

type Sink = Pick<Queue<LiveEvent>, 'room'> & { push(item: LiveEvent): void };

/** Tells a stretch of the log to a timeline's reader, by who its members are and whom they may see now, while it is wanted. */
export type Replay = (
  source: Source,
  range: ReplayRange,
  sink: Sink,
  isWanted: () => boolean,
) => Promise<void>;

export function createReplay(options: {
  sql: Sql;
  visible: Visible;
  look: Look;
  limits?: TimelineLimits;
}): Replay {
  const { look, sql, visible, limits = timelineLimits } = options;
  return async (source, { after, through }, sink, isWanted) => {
    for (let from = after; isWanted(); ) {
      const events = await selectReplay(sql, source, { after: from, through }, limits.replayPage);
      await sink.room();
      const told = await tryAgain(() => look(source, events, visible), isWanted, limits);
      for (const live of told ?? []) sink.push(live);
      const last = events.at(-1);
      if (!last || events.length < limits.replayPage) return;
      from = last.seq;
    }
  };
}
