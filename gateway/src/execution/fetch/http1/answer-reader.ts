/** A head longer than this is no answer to a GraphQL request. */
export const longestHeadBytes = 16 * 1024;

/** What came is no HTTP/1.1 answer, or one that is not taken; its connection is of no further use. */
export class AnswerFault extends Error {
  override readonly name = 'AnswerFault';
}

const fieldName = /^[\w!#$%&'*+.^`|~-]+$/;
const headEnd = Buffer.from('\r\n\r\n');

type Phase = 'head' | 'length' | 'chunk size' | 'chunk' | 'chunk end' | 'trailer' | 'until close' | 'ended';

/**
 * Reads one answer (RFC 9112) from the bytes of its connection, as they come. Strict where leniency lets two
 * sides see different answers: a length and chunks at once, two lengths, folded lines, any other coding.
 */
export class AnswerReader {
  status = 0;
  text = '';
  /** Whether the connection may carry another request. */
  keepsAlive = true;
  /** How long the other side keeps an idle connection, if it says so. */
  keepAliveMs: number | undefined;
  #phase: Phase = 'head';
  readonly #maxBytes: number;
  /** Bytes that the body, or its present chunk, still lacks. */
  #left = 0;
  #size = 0;
  #line = '';
  #early: Buffer | undefined;
  #pieces: Buffer[] | undefined;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * Takes bytes, which are copied if they are needed longer; true when the answer has ended.
   * @throws AnswerFault
   */
  read(bytes: Buffer): boolean {
    let at = 0;
    if (this.#phase === 'head') {
      const given = this.#early ? Buffer.concat([this.#early, bytes]) : bytes;
      at = this.#readHeads(given);
      if (at < 0) {
        if (given.length > longestHeadBytes) throw new AnswerFault('a head without end');
        this.#early = given === bytes ? Buffer.from(bytes) : given;
        return false;
      }
      this.#early = undefined;
      bytes = given;
    }
    at = this.#readBody(bytes, at);
    if (this.#phase !== 'ended') return false;
    // Nothing was asked that more bytes could answer.
    if (at < bytes.length) this.keepsAlive = false;
    return true;
  }

  /** The other side has closed: true if that ends the answer, false if it cut it off. */
  close(): boolean {
    if (this.#phase !== 'until close') return this.#phase === 'ended';
    this.#finish();
    return true;
  }

  /** Reads interim answers (1xx) and the final one's head; answers where the body begins, or -1. */
  #readHeads(bytes: Buffer): number {
    for (let at = 0; ; ) {
      const end = bytes.indexOf(headEnd, at);
      if (end < 0) return -1;
      if (end - at > longestHeadBytes) throw new AnswerFault('a head too long');
      this.#readHead(bytes.toString('latin1', at, end));
      at = end + headEnd.length;
      if (this.status >= 200) return at;
      if (this.status === 101) throw new AnswerFault('a change of protocol that nobody asked for');
    }
  }

  #readHead(head: string): void {
    const version = head.slice(0, 9);
    const status = head.slice(9, 12);
    if ((version !== 'HTTP/1.1 ' && version !== 'HTTP/1.0 ') || !/^\d{3}$/.test(status)) {
      throw new AnswerFault('no HTTP/1.1');
    }
    this.status = Number(status);
    this.keepsAlive = version === 'HTTP/1.1 ';
    let length: number | undefined;
    let isChunked = false;
    let lineEnd = head.indexOf('\r\n');
    while (lineEnd >= 0) {
      const start = lineEnd + 2;
      lineEnd = head.indexOf('\r\n', start);
      const first = head.charCodeAt(start) | 0x20;
      if (first === 0x20 || first === 0x29) throw new AnswerFault('a folded line');
      // Only fields that begin with c, k or t mean something here.
      if (first !== 0x63 && first !== 0x6b && first !== 0x74) continue;
      const line = lineEnd < 0 ? head.slice(start) : head.slice(start, lineEnd);
      const colon = line.indexOf(':');
      // RFC 9112, 5.1: another reader might take the name without its space for the field that it resembles.
      if (colon < 1 || !fieldName.test(line.slice(0, colon))) throw new AnswerFault('no name of a field');
      const value = line.slice(colon + 1).trim();
      switch (line.slice(0, colon).toLowerCase()) {
        case 'content-length': {
          const said = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
          if (Number.isNaN(said) || (length !== undefined && length !== said)) {
            throw new AnswerFault('an unclear length');
          }
          length = said;
          break;
        }
        case 'transfer-encoding':
          if (isChunked || value.toLowerCase() !== 'chunked') throw new AnswerFault('an unknown coding');
          isChunked = true;
          break;
        case 'content-encoding':
          if (value.toLowerCase() !== 'identity') throw new AnswerFault('a coding that nobody asked for');
          break;
        case 'connection':
          if (/\bclose\b/i.test(value)) this.keepsAlive = false;
          else if (/\bkeep-alive\b/i.test(value)) this.keepsAlive = true;
          break;
        case 'keep-alive': {
          const seconds = /\btimeout=(\d{1,6})\b/i.exec(value)?.[1];
          if (seconds !== undefined) this.keepAliveMs = Number(seconds) * 1_000;
          break;
        }
        default:
      }
    }
    this.#begin(length, isChunked, version === 'HTTP/1.1 ');
  }

  /** RFC 9112, 6.3. */
  #begin(length: number | undefined, isChunked: boolean, isNew: boolean): void {
    if (this.status < 200) return;
    if (isChunked && !isNew) throw new AnswerFault('chunks in HTTP/1.0');
    if (isChunked && length !== undefined) throw new AnswerFault('a length and chunks');
    if (this.status === 204 || this.status === 304) {
      this.#left = 0;
      this.#phase = 'length';
    } else if (isChunked) this.#phase = 'chunk size';
    else if (length === undefined) {
      this.#phase = 'until close';
      this.keepsAlive = false;
    } else {
      this.#admit(length);
      this.#left = length;
      this.#phase = 'length';
    }
  }

  #admit(bytes: number): void {
    this.#size += bytes;
    if (this.#size > this.#maxBytes) throw new AnswerFault(`an answer of more than ${this.#maxBytes} bytes`);
  }

  /** Answers how far it read. */
  #readBody(bytes: Buffer, from: number): number {
    let at = from;
    for (;;) {
      switch (this.#phase) {
        case 'length': {
          const end = at + this.#left;
          if (end <= bytes.length && !this.#pieces) {
            // Nearly every answer: all of it at once, and nothing copied.
            this.text = bytes.toString('utf8', at, end);
            this.#phase = 'ended';
            return end;
          }
          at = this.#keep(bytes, at);
          if (this.#left > 0) return at;
          this.#finish();
          return at;
        }
        case 'chunk':
          at = this.#keep(bytes, at);
          if (this.#left > 0) return at;
          this.#phase = 'chunk end';
          break;
        case 'until close':
          this.#admit(bytes.length - at);
          this.#left = bytes.length - at;
          return this.#keep(bytes, at);
        case 'ended':
          return at;
        default: {
          const newline = bytes.indexOf(10, at);
          this.#line += bytes.toString('latin1', at, newline < 0 ? bytes.length : newline);
          if (this.#line.length > longestHeadBytes) throw new AnswerFault('a line without end');
          if (newline < 0) return bytes.length;
          at = newline + 1;
          this.#readChunkLine();
        }
      }
    }
  }

  #readChunkLine(): void {
    if (!this.#line.endsWith('\r')) throw new AnswerFault('a line that ends wrongly');
    const line = this.#line.slice(0, -1);
    this.#line = '';
    if (this.#phase === 'trailer') {
      if (line === '') this.#finish();
    } else if (this.#phase === 'chunk end') {
      if (line !== '') throw new AnswerFault('a chunk longer than it says');
      this.#phase = 'chunk size';
    } else {
      const size = /^([\da-f]{1,8})[ \t]*(?:;.*)?$/i.exec(line)?.[1];
      if (size === undefined) throw new AnswerFault('a chunk without size');
      this.#left = Number.parseInt(size, 16);
      this.#admit(this.#left);
      this.#phase = this.#left === 0 ? 'trailer' : 'chunk';
    }
  }

  /** Copies what belongs to the body: the bytes are overwritten by what comes next. */
  #keep(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#left);
    if (end > at) (this.#pieces ??= []).push(Buffer.from(bytes.subarray(at, end)));
    this.#left -= end - at;
    return end;
  }

  #finish(): void {
    const pieces = this.#pieces ?? [];
    this.text = Buffer.concat(pieces).toString();
    this.#phase = 'ended';
  }
}
