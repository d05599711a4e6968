import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Told } from '@murmuration/live-client';
import { chromium, type Page } from 'playwright-core';
import { rolldown } from 'rolldown';
import type { Event } from './contract/heard.ts';

export interface Browsing {
  page: Page;
  /** Opens a stream in the page; what it tells is gathered there. */
  subscribe(options: { url: string; token: string; query: string; after: string }): Promise<void>;
  told(): Promise<Told<Event>[]>;
  statuses(): Promise<string[]>;
  stop(): Promise<void>;
}

/**
 * A page in a real browser, with the client as an app would bundle it.
 * @param port the page's; the gateway must allow its origin
 */
export async function startBrowsing(executablePath: string, port: number): Promise<Browsing> {
  const bundle = await rolldown({ input: fileURLToPath(import.meta.resolve('@murmuration/live-client')) });
  const { output } = await bundle.generate({ format: 'esm', minify: true });
  await bundle.close();
  const server = createServer(({ url }, response) => {
    const isScript = url === '/live-client.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? output[0].code : '<!doctype html><title>page</title>');
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${port}/`);
  return {
    page,
    async subscribe({ after, query, token, url }) {
      const content = `
        import { createLiveClient } from '/live-client.js';
        window.told = [];
        window.statuses = [];
        const live = createLiveClient({
          url: ${JSON.stringify(url)},
          token: ${JSON.stringify(token)},
          onStatus: (status) => window.statuses.push(status),
        });
        window.leave = () => live.close();
        for await (const one of live.subscribe(${JSON.stringify({ query, after })})) window.told.push(one);`;
      await page.addScriptTag({ type: 'module', content });
      await page.waitForFunction('window.statuses');
    },
    told: () => page.evaluate<Told<Event>[]>('window.told'),
    statuses: () => page.evaluate<string[]>('window.statuses'),
    async stop() {
      await browser.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
