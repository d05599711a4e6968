import type { WireRequest } from './connection.ts';

export type WrittenRequest = Pick<WireRequest, 'text' | 'encoding'>;

/** Writes requests to one URL: what is the same in all of them is made once. */
export type WriteRequest = (headers: Readonly<Record<string, string>>, body: string) => WrittenRequest;

/** A token, and a value without anything that could end its line. RFC 9110, 5. */
const validName = /^[\w!#$%&'*+.^`|~-]+$/;
const validValue = /^[\t\x20-\x7e]*$/;

/** @throws TypeError, when writing too, for a header that would not be one */
export function requestWriter(url: URL, fixed: Readonly<Record<string, string>>): WriteRequest {
  const start = `POST ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\n${lines(fixed)}`;
  return (headers, body) => {
    const length = Buffer.byteLength(body);
    return {
      text: `${start}${lines(headers)}content-length: ${length}\r\n\r\n${body}`,
      // As many bytes as characters: nothing but ASCII, which is cheaper to write as what it is.
      encoding: length === body.length ? 'latin1' : 'utf8',
    };
  };
}

function lines(headers: Readonly<Record<string, string>>): string {
  let text = '';
  for (const name in headers) {
    const value = headers[name] ?? '';
    if (!validName.test(name) || !validValue.test(value))
      throw new TypeError(`The header ${name} is not valid`);
    text += `${name}: ${value}\r\n`;
  }
  return text;
}
