import { type HttpServer, UserErrors } from '@murmuration/service-kit';
import type { DigestService } from './service.ts';

/** Where mail programs say that their reader wants no more (RFC 8058). Its token is its signature. */
export const unsubscribePath = '/mail/unsubscribe';

/** Only a POST changes anything: programs that look for danger follow links. */
const page = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>No more mails</title><form method="post"><button>No more of these mails</button></form></html>\n`;

export function serveUnsubscribe(app: HttpServer['app'], digests: Pick<DigestService, 'stop'>): void {
  app.get(unsubscribePath, (_request, reply) =>
    reply
      .header('content-security-policy', "default-src 'none'; form-action 'self'")
      .header('referrer-policy', 'no-referrer')
      .type('text/html')
      .send(page),
  );
  app.post<{ Querystring: { token?: unknown } }>(unsubscribePath, async ({ query: { token } }, reply) => {
    try {
      await digests.stop(typeof token === 'string' ? token : '');
      return await reply.type('text/plain').send('You get no more of these mails.\n');
    } catch (error) {
      if (!(error instanceof UserErrors)) throw error;
      return reply.code(404).type('text/plain').send(`${error.message}\n`);
    }
  });
}
