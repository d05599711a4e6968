import net from 'node:net';
import tls from 'node:tls';
import { AnswerFault, AnswerReader } from './answer-reader.ts';
import type { Origin } from './origin.ts';

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** A request as it goes on the wire, and who waits for its answer: one of the two is called, once. */
export interface WireRequest {
  /** Head and body. */
  readonly text: string;
  readonly encoding: 'latin1' | 'utf8';
  readonly maxAnswerBytes: number;
  onAnswer(answer: Answer): void;
  onError(error: Error): void;
}

export interface ConnectionLimits {
  /** An idle one is closed after this. */
  keepAliveMs: number;
  /** After about this it carries no further request. */
  connectionMaxLifeMs: number;
  /** Time for it to be made. */
  connectTimeoutMs: number;
}

/** Called when the connection has nothing to do; for the last time when it is no longer reusable: it is closed. */
export type OnFree = (connection: Connection, isReusable: boolean) => void;

/** Bytes that one read takes; longer answers come by several. */
const readBytes = 64 * 1024;

/**
 * One connection, which carries one request after the other. What was read lies in one buffer that is used again,
 * and a request leaves as one string: the queues and chunks of streams cost more than a small answer.
 */
export class Connection {
  /** When the other side may give it up, by `performance.now()`; of meaning while it is idle. */
  expiresAtMs = 0;
  readonly #socket: net.Socket;
  readonly #onFree: OnFree;
  readonly #keepAliveMs: number;
  readonly #retiresAtMs: number;
  readonly #connecting: NodeJS.Timeout;
  #request: WireRequest | undefined;
  #reader: AnswerReader | undefined;
  #isClosed = false;

  constructor(origin: Origin, limits: ConnectionLimits, onFree: OnFree) {
    this.#onFree = onFree;
    this.#keepAliveMs = limits.keepAliveMs;
    // A fifth more or less, or all of a pool that was filled at once would be replaced at once.
    this.#retiresAtMs = performance.now() + limits.connectionMaxLifeMs * (0.8 + Math.random() * 0.4);
    this.#socket = this.#connect(origin);
    this.#connecting = setTimeout(
      () => this.#fail(new Error(`no connection in ${limits.connectTimeoutMs} ms`)),
      limits.connectTimeoutMs,
    );
    this.#socket
      .once(origin.isSecure ? 'secureConnect' : 'connect', () => clearTimeout(this.#connecting))
      .on('error', (error) => this.#fail(error))
      // A half-open connection is of no use, but its end may be that of an answer.
      .on('end', () => this.#end())
      .on('close', () => this.#end());
  }

  isBusyWith(request: WireRequest): boolean {
    return this.#request === request;
  }

  send(request: WireRequest): void {
    this.#request = request;
    this.#reader = new AnswerReader(request.maxAnswerBytes);
    this.#socket.write(request.text, request.encoding);
  }

  /** Ends it at once. Who waits for an answer is not told. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#request = undefined;
    clearTimeout(this.#connecting);
    this.#socket.destroy();
    this.#onFree(this, false);
  }

  #connect({ isSecure, host, port, servername }: Origin): net.Socket {
    const options = {
      host,
      port,
      noDelay: true,
      onread: {
        buffer: Buffer.allocUnsafeSlow(readBytes),
        callback: (length: number, buffer: Uint8Array) => {
          this.#read(length, buffer as Buffer);
          return true;
        },
      },
    };
    if (!isSecure) return net.connect(options);
    return tls.connect(servername === undefined ? options : { ...options, servername });
  }

  #fail(error: Error): void {
    const request = this.#request;
    this.close();
    request?.onError(error);
  }

  #read(length: number, buffer: Buffer): void {
    const reader = this.#reader;
    if (!reader) return this.#fail(new AnswerFault('bytes that nobody asked for'));
    let isEnded: boolean;
    try {
      isEnded = reader.read(buffer.subarray(0, length));
    } catch (error) {
      return this.#fail(error as Error);
    }
    if (isEnded) this.#finish(reader);
  }

  #end(): void {
    if (this.#reader?.close()) this.#finish(this.#reader);
    this.#fail(new Error('the connection was closed before the answer'));
  }

  #finish({ status, text, keepsAlive, keepAliveMs = Number.POSITIVE_INFINITY }: AnswerReader): void {
    const request = this.#request;
    this.#request = undefined;
    this.#reader = undefined;
    const nowMs = performance.now();
    if (keepsAlive && nowMs < this.#retiresAtMs) {
      // A second less than the other side says: a request on its way to a closing end would be lost.
      this.expiresAtMs = nowMs + Math.min(this.#keepAliveMs, keepAliveMs - 1_000);
      this.#onFree(this, true);
    } else this.close();
    request?.onAnswer({ status, text });
  }
}
