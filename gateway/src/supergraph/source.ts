import { readFile } from 'node:fs/promises';

/** Where the supergraph comes from. */
export interface SupergraphSource {
  /** For messages. */
  readonly name: string;
  /** The SDL, or undefined when it has not changed since the last read. */
  read(): Promise<string | undefined>;
}

/** A file, read again at each poll: its time stamp says too little on container file systems. */
export function fileSource(file: string): SupergraphSource {
  let last: string | undefined;
  return {
    name: file,
    async read() {
      const text = await readFile(file, 'utf8');
      if (text === last) return undefined;
      last = text;
      return text;
    },
  };
}
