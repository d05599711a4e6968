import { MessageType } from 'graphql-ws';
import { nextManyType } from './many-protocol.ts';
import { cursorPlaceholder, fillGaps, type SharedText } from './shared-event.ts';

/** Operations in one frame. */
const mostInFrame = 1_000;

interface Frame {
  text: SharedText;
  ids: string[];
  cursors: string[];
}

/** Writes events to one socket. */
export interface LiveFrames {
  /** Resolves, or is nothing, when more may be told. */
  tell(id: string, text: SharedText, cursor: string): Promise<void> | undefined;
  /** Writes what was gathered: before anything else is sent, so that it keeps its place. */
  flush(): void;
}

/** @param write undefined, or resolves once so little is buffered that more may be written */
export function createFrames(
  isMany: boolean,
  write: (text: string) => Promise<void> | undefined,
): LiveFrames {
  return isMany ? framesOfMany(write) : framesOfOne(write);
}

function framesOfOne(write: (text: string) => Promise<void> | undefined): LiveFrames {
  return {
    tell: (id, text, cursor) =>
      write(`{"id":${JSON.stringify(id)},"type":"${MessageType.Next}","payload":${fillGaps(text, cursor)}}`),
    flush() {},
  };
}

/** Gathers until the end of the event loop's turn who is told the same. */
function framesOfMany(write: (text: string) => Promise<void> | undefined): LiveFrames {
  let frames: Frame[] = [];
  let placeOf = new Map<SharedText, number>();
  /** The last frame that an operation is in: what it is told next must not overtake it. */
  let lastOf = new Map<string, number>();
  let isScheduled = false;
  let room: Promise<void> | undefined;

  function flush(): void {
    const ready = frames;
    if (ready.length === 0) return;
    frames = [];
    placeOf = new Map();
    lastOf = new Map();
    for (const { cursors, ids, text } of ready) {
      const head = JSON.stringify({ type: nextManyType, placeholder: cursorPlaceholder, ids, cursors });
      const waits = write(`${head.slice(0, -1)},"payload":${text.whole}}`);
      if (!waits) continue;
      const mine = waits.finally(() => {
        if (room === mine) room = undefined;
      });
      room = mine;
    }
  }

  function frameFor(id: string, text: SharedText): Frame {
    const place = placeOf.get(text);
    const found = place === undefined ? undefined : frames[place];
    if (place !== undefined && found && place >= (lastOf.get(id) ?? 0) && found.ids.length < mostInFrame) {
      lastOf.set(id, place);
      return found;
    }
    const frame: Frame = { text, ids: [], cursors: [] };
    placeOf.set(text, frames.length);
    lastOf.set(id, frames.length);
    frames.push(frame);
    return frame;
  }

  return {
    tell(id, text, cursor) {
      const frame = frameFor(id, text);
      frame.ids.push(id);
      frame.cursors.push(cursor);
      if (!isScheduled) {
        isScheduled = true;
        setImmediate(() => {
          isScheduled = false;
          flush();
        });
      }
      return room;
    },
    flush,
  };
}
