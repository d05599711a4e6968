import type { CaughtMail } from './caught-mail.ts';

/** All mails on one page, their links to be clicked. It holds no script and loads nothing. */
export function renderMails(mails: readonly CaughtMail[]): string {
  const articles = mails.map(
    (mail) => `<article><h2>${escaped(mail.subject)}</h2>
<p>to ${escaped(mail.to.join(', '))}, from ${escaped(mail.from)}, ${mail.at.toISOString()}</p>
<pre>${withLinks(mail.text)}</pre></article>`,
  );
  return `<!doctype html><meta charset="utf-8"><title>Mail</title><meta http-equiv="refresh" content="5">
<style>body{font:16px system-ui;max-width:50rem;margin:2rem auto}pre{white-space:pre-wrap;overflow-wrap:anywhere}</style>
<h1>Mail</h1><p>What was sent on this machine; nothing leaves it.</p>
${articles.join('\n') || '<p>Nothing yet.</p>'}`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

function withLinks(text: string): string {
  return escaped(text).replaceAll(/https?:\/\/[^\s]+/g, (url) => `<a href="${url}">${url}</a>`);
}
