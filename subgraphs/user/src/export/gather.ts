import type { PersonDataPage, PersonDataPlace } from '@murmuration/service-kit/subgraph';
import type { ArchiveFile } from './archive.ts';

/** Who holds something of people. */
export interface ExportSource {
  /** The folder of its files. */
  name: string;
  /** @throws when it is away */
  read(personId: bigint, place: PersonDataPlace | null, signal: AbortSignal): Promise<PersonDataPage>;
}

/** More was gathered than an export may hold. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

/**
 * The files of an export: a folder for each source, a file for each part, a line of JSON for each row; at last a page that says what
 * they are. A page of rows is in memory at a time.
 * @throws TooLarge
 */
export async function* gather(options: {
  sources: readonly ExportSource[];
  personId: bigint;
  handle: string;
  madeAt: Date;
  maxBytes: number;
  signal: AbortSignal;
}): AsyncGenerator<ArchiveFile> {
  const { handle, madeAt, maxBytes, personId, signal, sources } = options;
  const told: string[] = [];
  let bytes = 0;
  for (const source of sources) {
    const reading: { page: PersonDataPage | null } = { page: await source.read(personId, null, signal) };
    while (reading.page) {
      const { about, name } = reading.page.part;
      let rows = 0;
      const lines = async function* (): AsyncGenerator<string> {
        for (let { page } = reading; page?.part.name === name; page = reading.page) {
          signal.throwIfAborted();
          const text = page.rows.map((row) => `${JSON.stringify(row)}\n`).join('');
          rows += page.rows.length;
          bytes += Buffer.byteLength(text);
          if (bytes > maxBytes) throw new TooLarge(`more than ${maxBytes} bytes of one person`);
          if (text) yield text;
          reading.page = page.next && (await source.read(personId, page.next, signal));
        }
      };
      const file = `${source.name}/${name}.ndjson`;
      yield { name: file, content: lines() };
      told.push(`${file} (${rows} ${rows === 1 ? 'line' : 'lines'}): ${about}`);
    }
  }
  yield { name: 'README.txt', content: once(readme(handle, madeAt, told)) };
}

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}

function readme(handle: string, madeAt: Date, files: readonly string[]): string {
  return `This is what there was of the account @${handle} on ${madeAt.toISOString()}.

Each file holds one JSON object a line (NDJSON, https://github.com/ndjson/ndjson-spec), in UTF-8. Times are in UTC unless they say otherwise; ids are
those of the API. What changed while the files were made may be in one of them and not yet in another.

${files.join('\n')}

Not in it: what others wrote or did, who blocked or muted you, what you deleted; your password, secrets and keys, of which
nobody can make a copy; the log of log-ins, which whoever runs this place keeps for a time.
`;
}
