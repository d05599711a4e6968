import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { LiveLimits } from '../limits.ts';
import type { Flushable } from './flush-later.ts';
import type { ResultPieces, ResultText } from '../result-text.ts';

/** Everything that is sent on one socket, in its order. */
export interface Outbox extends Flushable {
  /** Sends a message as it is. Resolves, or is nothing, when more may be sent. */
  send(message: string): Promise<void> | undefined;
  /** Sends a result, soon: what comes for the socket in one turn is written at once. Resolves as `send` does. */
  tell(frame: ResultFrame, result: ResultText): Promise<void> | undefined;
  /** Since when the client has not taken what waits for it, by `performance.now()`. */
  stalledSinceMs(): number | undefined;
}

/** What stands before and after each result of an operation. */
export interface ResultFrame {
  readonly before: Buffer;
  readonly after: Buffer;
}

export function resultFrame(before: string, after: string): ResultFrame {
  return { before: Buffer.from(before), after: Buffer.from(after) };
}

interface Gathered {
  readonly frame: ResultFrame;
  readonly pieces: readonly Buffer[];
  readonly own: string;
  readonly ownBytes: number;
  /** Of the payload. */
  readonly bytes: number;
}

/** More is written at once: what is gathered here must not look like a client who does not read. */
const mostGatheredBytes = 32 * 1024;

const textFrame = 0x81; // FIN, and the opcode of text
/** Up to here the length stands in the header's second byte; up to the next, in two bytes more; then in eight. */
const shortPayload = 125;
const longPayload = 65_535;

/**
 * Writes to a server's websocket without extensions. Events go past the websocket library: it would frame, count and write each
 * by itself, and what a thousand clients are told alike is the same bytes for all but the own gaps.
 * @param socket what carries the websocket: whoever made the upgrade has it
 */
export function createOutbox(
  ws: WebSocket,
  socket: Duplex,
  limits: Pick<LiveLimits, 'maxBufferedBytes'>,
  flushLater: (outbox: Flushable) => void,
): Outbox {
  let gathered: Gathered[] = [];
  let gatheredBytes = 0;
  let unread = 0;
  let stalledSinceMs: number | undefined;
  /** Who waits until what was gathered is taken. */
  let waiting: (() => void)[] = [];

  const isFull = () => ws.bufferedAmount + gatheredBytes > limits.maxBufferedBytes;

  function beginWrite(): void {
    unread++;
    stalledSinceMs ??= performance.now();
  }

  function taken(): void {
    unread--;
    stalledSinceMs = unread === 0 ? undefined : performance.now();
  }

  const outbox: Outbox = {
    flushedAtMs: -Infinity,
    send(message) {
      if (ws.readyState !== ws.OPEN) return undefined;
      outbox.flush();
      const wasFull = isFull();
      beginWrite();
      // A client that has left is no error, and one whose socket breaks is closed by that.
      if (!wasFull) return void ws.send(message, taken);
      return new Promise((resolve) =>
        ws.send(message, () => {
          taken();
          resolve();
        }),
      );
    },
    tell(frame, { own, pieces }) {
      if (ws.readyState !== ws.OPEN) return undefined;
      const wasFull = isFull();
      const encoded = encodedOf(pieces);
      const ownBytes = own.length === 0 ? 0 : Buffer.byteLength(own);
      const bytes =
        frame.before.length + encoded.bytes + (encoded.pieces.length - 1) * ownBytes + frame.after.length;
      if (gathered.length === 0) flushLater(outbox);
      gathered.push({ frame, pieces: encoded.pieces, own, ownBytes, bytes });
      gatheredBytes += bytes + headerBytes(bytes);
      const waits = wasFull ? new Promise<void>((resolve) => waiting.push(resolve)) : undefined;
      if (gatheredBytes >= mostGatheredBytes) outbox.flush();
      return waits;
    },
    flush() {
      if (gathered.length === 0) return;
      const frames = gathered;
      const bytes = gatheredBytes;
      const resolves = waiting;
      gathered = [];
      gatheredBytes = 0;
      if (resolves.length > 0) waiting = [];
      if (ws.readyState !== ws.OPEN) {
        for (const resolve of resolves) resolve();
        return;
      }
      beginWrite();
      socket.write(framed(frames, bytes), () => {
        taken();
        for (const resolve of resolves) resolve();
      });
    },
    stalledSinceMs: () => stalledSinceMs,
  };
  return outbox;
}

function framed(frames: readonly Gathered[], bytes: number): Buffer {
  const buffer = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const { bytes: payload, frame, own, ownBytes, pieces } of frames) {
    at = writeHeader(buffer, at, payload);
    at += frame.before.copy(buffer, at);
    for (let i = 0; i < pieces.length; i++) {
      if (i > 0 && ownBytes > 0) at += buffer.write(own, at, ownBytes);
      at += pieces[i]?.copy(buffer, at) ?? 0;
    }
    at += frame.after.copy(buffer, at);
  }
  return buffer;
}

function headerBytes(payload: number): number {
  if (payload <= shortPayload) return 2;
  return payload <= longPayload ? 4 : 10;
}

function writeHeader(buffer: Buffer, at: number, payload: number): number {
  buffer[at] = textFrame;
  if (payload <= shortPayload) {
    buffer[at + 1] = payload;
    return at + 2;
  }
  if (payload <= longPayload) {
    buffer[at + 1] = 126;
    return buffer.writeUInt16BE(payload, at + 2);
  }
  buffer[at + 1] = 127;
  buffer.writeUInt16BE(0, at + 2);
  return buffer.writeUIntBE(payload, at + 4, 6);
}

interface Encoded {
  readonly pieces: readonly Buffer[];
  readonly bytes: number;
}

const known = new WeakMap<ResultPieces, Encoded>();

/** Once for all who are told the same. */
function encodedOf(pieces: ResultPieces): Encoded {
  let found = known.get(pieces);
  if (!found) {
    const buffers = pieces.map((piece) => Buffer.from(piece));
    found = { pieces: buffers, bytes: buffers.reduce((sum, { length }) => sum + length, 0) };
    known.set(pieces, found);
  }
  return found;
}
