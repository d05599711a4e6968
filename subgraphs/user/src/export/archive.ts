import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { ZipFile } from 'yazl';

export interface ArchiveFile {
  name: string;
  content: AsyncIterable<string>;
}

/**
 * Makes a zip of files, one after the other, each as it comes: in memory is what the streams hold between one another.
 * @param write takes the bytes; what it answers is answered
 * @throws what went wrong first, of the files or of `write`; the other is ended then
 */
export async function writeArchive<Written>(
  files: AsyncIterable<ArchiveFile>,
  madeAt: Date,
  write: (bytes: AsyncIterable<Uint8Array>) => Promise<Written>,
): Promise<Written> {
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  const abort = new AbortController();
  let failure: { error: unknown } | null = null;
  const fail = (error: unknown) => {
    failure ??= { error };
    abort.abort();
    output.destroy(error instanceof Error ? error : new Error(String(error)));
  };
  zip.on('error', fail);
  // Where nobody reads it any more, or yet.
  output.on('error', fail);

  async function fill(): Promise<void> {
    for await (const { content, name } of files) {
      const stream = Readable.from(content, { objectMode: false });
      zip.addReadStream(stream, name, { mtime: madeAt });
      try {
        await finished(stream, { signal: abort.signal });
      } finally {
        stream.destroy();
      }
    }
    zip.end();
  }
  const [, written] = await Promise.all([fill().catch(fail), write(output).catch(fail)]);
  if (failure) throw (failure as { error: unknown }).error;
  return written as Written;
}
