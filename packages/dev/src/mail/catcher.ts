import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { callbackify } from 'node:util';
import PostalMime from 'postal-mime';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import type { CaughtMail } from './caught-mail.ts';
import { renderMails } from './page.ts';

const host = '127.0.0.1';
/** The oldest go first: a laptop runs for weeks. */
const mostMails = 200;
const largestMailBytes = 1_048_576;

/** A mail server that delivers to nobody: what is sent can be read at `url`. */
export interface MailCatcher {
  smtpUrl: string;
  /** The page that shows them; with `.json` behind it, as data. */
  url: string;
  /** Newest first. */
  mails(): readonly CaughtMail[];
  stop(): Promise<void>;
}

/** @param ports free ones; any by default */
export async function startMailCatcher(ports: { smtp?: number; page?: number } = {}): Promise<MailCatcher> {
  const mails: CaughtMail[] = [];
  async function keep(stream: Readable, { envelope }: SMTPServerSession): Promise<void> {
    const { from, headers, messageId, subject, text } = await PostalMime.parse(await buffer(stream));
    mails.unshift({
      to: envelope.rcptTo.map(({ address }) => address),
      from: from?.address ?? '',
      subject: subject ?? '',
      text: text ?? '',
      messageId: messageId ?? '',
      headers: Object.fromEntries(headers.map(({ key, value }) => [key, value])),
      at: new Date(),
    });
    mails.splice(mostMails);
  }
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    size: largestMailBytes,
    onData: callbackify(keep),
  });
  // A client that leaves in the middle is no reason to end.
  smtp.on('error', () => undefined);
  const page = createServer((request, response) => {
    if (request.url === '/dev/mail') {
      response.setHeader('content-type', 'text/html; charset=utf-8').end(renderMails(mails));
    } else if (request.url === '/dev/mail.json') {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(mails));
    } else {
      response.writeHead(404).end();
    }
  });
  smtp.listen(ports.smtp ?? 0, host);
  page.listen(ports.page ?? 0, host);
  await Promise.all([once(smtp.server, 'listening'), once(page, 'listening')]);
  const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;
  return {
    smtpUrl: `smtp://${host}:${portOf(smtp.server)}`,
    url: `http://${host}:${portOf(page)}/dev/mail`,
    mails: () => mails,
    async stop() {
      page.closeAllConnections();
      await Promise.all([
        new Promise((resolve) => smtp.close(() => resolve(undefined))),
        new Promise((resolve) => page.close(resolve)),
      ]);
    },
  };
}
