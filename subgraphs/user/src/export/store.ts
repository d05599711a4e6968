import type { UserDatabase } from '@murmuration/prisma/user';
import type { Sealer } from '@murmuration/service-kit';
import type { ExportRun } from './repository.ts';

/** Where archives are kept. Each is written by one attempt, and read as it was written or not at all. */
export interface ExportStore {
  /**
   * Writes an archive as it comes, a bounded part of it in memory.
   * @returns its bytes
   * @throws Superseded when another attempt began meanwhile
   */
  write(of: ExportRun, bytes: AsyncIterable<Uint8Array>): Promise<number>;
  /** @throws when it is not there, or not as long as it was */
  read(of: ExportRun, sizeBytes: number): AsyncIterable<Uint8Array>;
  /** Removes what attempts but this one wrote for the person. */
  removeOthers(of: ExportRun): Promise<void>;
}

/** Another attempt at the same export began, or nobody wants it any more. */
export class Superseded extends Error {
  override readonly name = 'Superseded';

  constructor() {
    super('another attempt began, or nobody wants it any more');
  }
}

/** Pieces that one statement removes, so that it holds none for long. */
const removedAtOnce = 100;

/**
 * In rows of this subgraph's own database, so that every worker and every process has them without a disk that they share. Each
 * piece is sealed: what stands in columns that are must not stand in clear beside them. They are not wrapped anew when keys rotate:
 * an old key is kept for as long as archives are.
 */
export function createPostgresStore(
  database: UserDatabase,
  sealer: Pick<Sealer, 'seal' | 'open'>,
  { chunkBytes }: { chunkBytes: number },
): ExportStore {
  return {
    async write({ accountId, run }, bytes) {
      let number = 0;
      let size = 0;
      for await (const chunk of inChunks(bytes, chunkBytes)) {
        const { box, keyId } = await sealer.seal(chunk, aboutOf({ accountId, run }, number));
        // Waits for whoever begins another attempt, and then finds that this one is none any more.
        const written = await database.$executeRaw`
          INSERT INTO account_export_chunk (account_id, run, number, bytes, key_id)
          SELECT account_id, run, ${number}::integer, ${new Uint8Array(box)}::bytea, ${keyId} FROM account_export
          WHERE account_id = ${accountId} AND run = ${run} AND state = 'pending' FOR SHARE`;
        if (written === 0) throw new Superseded();
        number += 1;
        size += chunk.byteLength;
      }
      return size;
    },

    async *read({ accountId, run }, sizeBytes) {
      let left = sizeBytes;
      for (let number = 0; left > 0; number++) {
        const [chunk] = await database.$queryRaw<{ bytes: Uint8Array; keyId: string | null }[]>`
          SELECT bytes, key_id AS "keyId" FROM account_export_chunk
          WHERE account_id = ${accountId} AND run = ${run} AND number = ${number}::integer`;
        if (!chunk) throw new Error('a piece of an archive is gone');
        const { keyId } = chunk;
        const box = Buffer.from(chunk.bytes);
        const about = aboutOf({ accountId, run }, number);
        const bytes = keyId === null ? chunk.bytes : await sealer.open({ keyId, box }, about);
        left -= bytes.byteLength;
        yield bytes;
      }
    },

    async removeOthers({ accountId, run }) {
      for (let removed = removedAtOnce; removed === removedAtOnce; ) {
        removed = await database.$executeRaw`
          DELETE FROM account_export_chunk WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM account_export_chunk WHERE account_id = ${accountId} AND run <> ${run}
            LIMIT ${removedAtOnce}))`;
      }
    },
  };
}

/** Neither another's piece nor another one of the same archive opens in its place. */
function aboutOf({ accountId, run }: ExportRun, number: number): string {
  return `account-export ${accountId} ${run} ${number}`;
}

/** The same bytes in pieces of one size; the last one may be shorter. */
async function* inChunks(bytes: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Buffer> {
  let chunk = Buffer.alloc(size);
  let filled = 0;
  for await (let rest of bytes) {
    while (rest.byteLength > 0) {
      const part = rest.subarray(0, size - filled);
      chunk.set(part, filled);
      filled += part.byteLength;
      rest = rest.subarray(part.byteLength);
      if (filled < size) continue;
      yield chunk;
      chunk = Buffer.alloc(size);
      filled = 0;
    }
  }
  if (filled > 0) yield chunk.subarray(0, filled);
}
