import { on } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { type Entry, fromBuffer, type Options, type ZipFile } from 'yauzl';

const open = promisify<Buffer, Options, ZipFile>(fromBuffer);

/** The files of a zip by their names, as text. @throws when it is not whole */
export async function unzip(bytes: Uint8Array): Promise<Map<string, string>> {
  const zip = await open(Buffer.from(bytes), { lazyEntries: true });
  const openEntry = promisify<Entry, Readable>((entry, done) => zip.openReadStream(entry, done));
  const files = new Map<string, string>();
  const entries = on(zip, 'entry', { close: ['end'] }) as AsyncIterable<[Entry]>;
  zip.readEntry();
  for await (const [entry] of entries) {
    files.set(entry.fileName, await text(await openEntry(entry)));
    zip.readEntry();
  }
  return files;
}
