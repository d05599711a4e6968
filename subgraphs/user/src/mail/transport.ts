import { createTransport } from 'nodemailer';

export const mailTransportLimits = { connectMs: 10_000, greetingMs: 10_000, idleMs: 30_000 } as const;

export interface OutgoingMessage {
  /** The same each time that one mail is sent: whoever gets it twice can tell. */
  messageId: string;
  to: string;
  subject: string;
  text: string;
  /** Where a POST by the reader's mail program ends mails of this kind (RFC 8058). */
  unsubscribeUrl?: string;
}

export interface MailTransport {
  /** @throws when the server did not take it; it may be sent again */
  send(message: OutgoingMessage): Promise<void>;
  close(): void;
}

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * @param url `smtps://user:password@host` or `smtp://host`. What a mail's link opens must not be read on the way: but to
 *   this machine nothing is sent in clear, unless the URL says `?requireTLS=false`
 */
export function createMailTransport(options: { url: string; from: string }): MailTransport {
  const transport = createTransport(
    {
      requireTLS: !loopback.has(new URL(options.url).hostname),
      url: options.url,
      connectionTimeout: mailTransportLimits.connectMs,
      greetingTimeout: mailTransportLimits.greetingMs,
      socketTimeout: mailTransportLimits.idleMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { from: options.from },
  );
  return {
    async send({ messageId, to, subject, text, unsubscribeUrl }) {
      const sent = transport.sendMail({
        messageId,
        to,
        subject,
        text,
        // Nobody's holiday note answers it.
        headers: {
          'Auto-Submitted': 'auto-generated',
          ...(unsubscribeUrl && {
            'List-Unsubscribe': `<${unsubscribeUrl}>`,
            'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
          }),
        },
      });
      await sent.catch((error: unknown) => {
        throw withoutAddress(error, to);
      });
    },
    close: () => transport.close(),
  };
}

/** What servers refuse they repeat, and a failed job's error is kept and logged. */
function withoutAddress(error: unknown, address: string): Error {
  const { code, message, responseCode } = error as { code?: string; message?: string; responseCode?: number };
  const said = String(message).replaceAll(new RegExp(RegExp.escape(address), 'gi'), '(address)');
  return Object.assign(new Error(said), { code, responseCode });
}
