import { describe, expect, test } from 'vitest';
import { AnswerFault, AnswerReader, longestHeadBytes } from './answer-reader.ts';

const crlf = (text: string) => Buffer.from(text.replaceAll('\n', '\r\n'));
const text = '{"data":{"name":"Zoë 🐦"}}';
const length = Buffer.byteLength(text);
/** The body in two chunks, the first of which ends within a character. */
const chunked = Buffer.concat([
  Buffer.from('12;ext=1\r\n'),
  Buffer.from(text).subarray(0, 18),
  Buffer.from(`\r\n${(length - 18).toString(16).toUpperCase()}\r\n`),
  Buffer.from(text).subarray(18),
]);

/** Reads what comes in the given pieces from one buffer that is used again, as a connection does. */
function read(pieces: readonly Buffer[], maxBytes = 1_000, isClosed = false) {
  const reader = new AnswerReader(maxBytes);
  const buffer = Buffer.alloc(64 * 1024);
  let isEnded = false;
  for (const piece of pieces) {
    piece.copy(buffer);
    isEnded = reader.read(buffer.subarray(0, piece.length));
    buffer.fill('x');
  }
  if (isClosed && !isEnded) isEnded = reader.close();
  const { status, text: body, keepsAlive, keepAliveMs } = reader;
  return { isEnded, status, text: body, keepsAlive, ...(keepAliveMs === undefined ? {} : { keepAliveMs }) };
}

const answers: [string, Buffer, Partial<ReturnType<typeof read>>][] = [
  [
    'with a length',
    crlf(
      `HTTP/1.1 200 OK\nContent-Type: application/json\nKeep-Alive: timeout=72, max=9\nContent-Length: ${length}\n\n${text}`,
    ),
    { keepAliveMs: 72_000 },
  ],
  [
    'in chunks, with a trailer',
    Buffer.concat([
      crlf('HTTP/1.1 200 OK\nTRANSFER-ENCODING: Chunked\n\n'),
      chunked,
      crlf('\n0\nx-trailer: 1\n\n'),
    ]),
    {},
  ],
  ['that ends with its connection', crlf(`HTTP/1.1 200 OK\nserver: x\n\n${text}`), { keepsAlive: false }],
  ['of an old server', crlf(`HTTP/1.0 200\ncontent-length: ${length}\n\n${text}`), { keepsAlive: false }],
  [
    'of an old server that keeps alive',
    crlf(`HTTP/1.0 200\ncontent-length: ${length}\nConnection: Keep-Alive\n\n${text}`),
    {},
  ],
  [
    'that gives up its connection',
    crlf(`HTTP/1.1 503 No\nconnection: close\ncontent-length: ${length}\n\n${text}`),
    { keepsAlive: false, status: 503 },
  ],
  [
    'after interim ones',
    crlf(
      `HTTP/1.1 100 Continue\n\nHTTP/1.1 103 Early\nlink: x\n\nHTTP/1.1 200\ncontent-length: ${length}\n\n${text}`,
    ),
    {},
  ],
  ['without content', crlf('HTTP/1.1 204 No Content\n\n'), { status: 204, text: '' }],
  ['of no length', crlf('HTTP/1.1 200 OK\ncontent-length: 0\n\n'), { text: '' }],
  [
    'with a length said twice',
    crlf(`HTTP/1.1 200\ncontent-length: ${length}\nContent-Length: ${length}\n\n${text}`),
    {},
  ],
];

describe('an answer', () => {
  test.each(answers)('%s reads the same however it comes', (_, bytes, expected) => {
    const whole = { isEnded: true, status: 200, text, keepsAlive: true, ...expected };
    expect(read([bytes], 1_000, true)).toEqual(whole);
    expect(
      read(
        [...bytes].map((byte) => Buffer.from([byte])),
        1_000,
        true,
      ),
    ).toEqual(whole);
    for (let at = 1; at < bytes.length; at++) {
      expect(read([bytes.subarray(0, at), bytes.subarray(at)], 1_000, true)).toEqual(whole);
    }
  });

  test('that is cut off has not ended', () => {
    for (const [, bytes, { keepsAlive = true }] of answers.filter(([name]) => !/old|connection/.test(name))) {
      expect(read([bytes.subarray(0, -1)], 1_000, true)).toMatchObject({ isEnded: false });
      expect(keepsAlive).toBe(true);
    }
  });

  test('with bytes behind it leaves no connection to use', () => {
    const bytes = crlf(`HTTP/1.1 200\ncontent-length: ${length}\n\n${text}HTTP/1.1 200`);
    expect(read([bytes])).toMatchObject({ isEnded: true, text, keepsAlive: false });
  });
});

test.each([
  ['another protocol', 'SSH-2.0-x\n\n'],
  ['a status that is none', 'HTTP/1.1 2x0 OK\n\n'],
  ['HTTP/2', 'HTTP/2.0 200 OK\n\n'],
  ['a switch of protocols', 'HTTP/1.1 101 Up\nupgrade: x\n\n'],
  ['a length and chunks', 'HTTP/1.1 200\ncontent-length: 3\ntransfer-encoding: chunked\n\n'],
  ['two lengths', 'HTTP/1.1 200\ncontent-length: 3\ncontent-length: 4\n\n'],
  ['a list of lengths', 'HTTP/1.1 200\ncontent-length: 3, 3\n\n'],
  ['a negative length', 'HTTP/1.1 200\ncontent-length: -3\n\n'],
  ['a length in hexadecimals', 'HTTP/1.1 200\ncontent-length: 0x3\n\n'],
  ['a folded line', 'HTTP/1.1 200\nx: 1\n content-length: 3\n\n'],
  ['a coding before chunks', 'HTTP/1.1 200\ntransfer-encoding: gzip, chunked\n\n'],
  ['chunks twice', 'HTTP/1.1 200\ntransfer-encoding: chunked\ntransfer-encoding: chunked\n\n'],
  ['a compressed body', 'HTTP/1.1 200\ncontent-encoding: gzip\ncontent-length: 3\n\n'],
  ['a chunk without size', 'HTTP/1.1 200\ntransfer-encoding: chunked\n\n;x\n'],
  ['a chunk of negative size', 'HTTP/1.1 200\ntransfer-encoding: chunked\n\n-1\n'],
  ['a chunk longer than it says', 'HTTP/1.1 200\ntransfer-encoding: chunked\n\n1\nab\n'],
  ['a length above the limit', 'HTTP/1.1 200\ncontent-length: 1001\n\n'],
  [
    'chunks above the limit',
    'HTTP/1.1 200\ntransfer-encoding: chunked\n\n3e8\n' + 'x'.repeat(1_000) + '\n1\n',
  ],
  ['a stream above the limit', `HTTP/1.1 200\n\n${'x'.repeat(1_001)}`],
  ['a head without end', `HTTP/1.1 200\n${'x: y\n'.repeat(longestHeadBytes / 4)}`],
  ['a space before a colon', 'HTTP/1.1 200\ntransfer-encoding : chunked\ncontent-length: 2\n\n{}'],
  ['a field without a name', 'HTTP/1.1 200\ncontent-length: 2\ncache\n\n{}'],
  ['chunks in HTTP/1.0', 'HTTP/1.0 200\ntransfer-encoding: chunked\n\n2\n{}\n0\n\n'],
  ['a line without end', `HTTP/1.1 200\ntransfer-encoding: chunked\n\n1;${'x'.repeat(longestHeadBytes)}`],
])('%s is refused', (_, bytes) => {
  expect(() => read([crlf(bytes)])).toThrow(AnswerFault);
  expect(() => read([...crlf(bytes)].map((byte) => Buffer.from([byte])))).toThrow(AnswerFault);
});
