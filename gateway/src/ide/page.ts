import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';

export interface IdePage {
  html: string;
  gzipped: Buffer;
  etag: string;
}

/**
 * The page loads nothing from anywhere else: this policy holds it to that. GraphiQL brings its own scripts
 * and styles inline, its workers as blobs and its fonts as data.
 */
export const pagePolicy = [
  "default-src 'none'",
  "script-src 'unsafe-inline' 'unsafe-eval' blob:",
  "style-src 'unsafe-inline'",
  'img-src data:',
  'font-src data:',
  'worker-src blob:',
  "connect-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const compress = promisify(gzip);

/** Renders the page once: 4 MB of GraphiQL, and the script that signs people in with one click. */
export async function renderPage(title: string): Promise<IdePage> {
  const script = await readFile(new URL('./client.js', import.meta.url), 'utf8');
  const options = {
    title,
    endpoint: '/graphql',
    subscriptionsProtocol: 'WS',
    shouldPersistHeaders: true,
  } as const;
  const call = 'YogaGraphiQL.renderYogaGraphiQL(';
  // Our script comes first and starts GraphiQL itself, when the ready queries have arrived.
  const html = renderGraphiQL(options)
    .replace('<div id="root"></div>', () => `<div id="root"></div>\n<script>${script}</script>`)
    .replace(lastOf(call), () => 'window.startIde(');
  const etag = `"${createHash('sha256').update(html).digest('base64url').slice(0, 22)}"`;
  return { html, gzipped: await compress(html), etag };
}

/** Matches the last occurrence of a text. */
function lastOf(text: string): RegExp {
  const escaped = text.replace(/[.(]/g, '\\$&');
  return new RegExp(`${escaped}(?![\\s\\S]*${escaped})`);
}
