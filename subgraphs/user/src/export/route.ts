import { addAbortSignal, Readable } from 'node:stream';
import type { HttpServer } from '@murmuration/service-kit';
import type { ExportLimits } from './limits.ts';
import type { ExportService } from './service.ts';

/** Where archives are fetched. The token in the query is its signature. */
export const exportPath = '/account-export';

/** Serves archives as they are read, so many side by side; whoever is slow is cut off. */
export function serveExports(
  app: HttpServer['app'],
  exports: Pick<ExportService, 'open'>,
  { downloadMs, downloadsAtOnce }: Pick<ExportLimits, 'downloadMs' | 'downloadsAtOnce'>,
): void {
  let running = 0;
  app.get<{ Querystring: { token?: unknown } }>(
    exportPath,
    { exposeHeadRoute: false },
    async ({ id, query: { token } }, reply) => {
      reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer');
      const say = (status: number, text: string) => reply.code(status).type('text/plain').send(`${text}\n`);
      if (running >= downloadsAtOnce)
        return say(503, 'Many fetch theirs just now. Try again later.').header('retry-after', '60');
      running += 1;
      let download: Awaited<ReturnType<ExportService['open']>>;
      try {
        download = await exports.open(typeof token === 'string' ? token : '', id);
      } catch (error) {
        running -= 1;
        throw error;
      }
      if (download === null || download === 'gone') {
        running -= 1;
        return download === 'gone'
          ? say(410, 'This link is too old, or was used too often. Ask for another one.')
          : say(404, 'This link leads nowhere.');
      }
      const stream = Readable.from(download.bytes, { objectMode: false });
      stream.once('close', () => {
        running -= 1;
      });
      return reply
        .header('content-type', 'application/zip')
        .header('content-length', download.sizeBytes)
        .header('content-disposition', `attachment; filename="${download.fileName}"`)
        .header('x-content-type-options', 'nosniff')
        .send(addAbortSignal(AbortSignal.timeout(downloadMs), stream));
    },
  );
}
