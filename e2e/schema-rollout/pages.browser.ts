import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { requireTool } from '@murmuration/testing/tool';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startStory, type Story } from '../support/stack.ts';
import { registryOf, type StoryRegistry, withField, without } from './registry-of.ts';

/** The registry's pages in a real browser: nothing of a schema runs, and they are read by keyboard and on a phone. */
let story: Story;
let registry: StoryRegistry;
let browser: Browser;
let page: Page;
const alarms: string[] = [];
const evil = '<script>alert(1)</script><img src=x onerror=alert(2)>';
/** Where pictures go, for whoever wants to look: PICTURES=folder. */
const pictures = process.env['PICTURES'];

beforeAll(async () => {
  story = await startStory({ registry: 'first' });
  registry = registryOf(story);
  await fetch(story.graphUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'apollographql-client-name': evil },
    body: JSON.stringify({ query: 'query Names { user(handle: "nobody") { handle } }' }),
  });
  const field = `"""${evil}"""\n  shoeSize: Int @deprecated(reason: ${JSON.stringify(evil)})`;
  await registry.publishUser((sdl) => withField(sdl, 'bio', field));
  await registry.publishUser((sdl) => without(sdl, 'bio'));
  browser = await chromium.launch({
    executablePath: requireTool({ command: 'chromium', debianPackage: 'chromium' }),
    args: ['--no-sandbox'],
  });
  page = await browser.newPage();
  page.on('dialog', (dialog) => {
    alarms.push(dialog.message());
    void dialog.dismiss();
  });
  page.on('console', (message) => message.type() === 'error' && alarms.push(message.text()));
  page.on('pageerror', (error) => alarms.push(String(error)));
});
afterAll(async () => {
  await browser?.close();
  await story?.stop();
});

async function picture(name: string): Promise<void> {
  if (!pictures) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
}

test.each([
  '',
  '/schema',
  '/schema/User',
  '/versions',
  '/versions/2',
  '/checks',
  '/checks/1',
  '/operations',
  '/gateways',
])('%s runs nothing, and fits a phone in light and dark', async (path) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of [390, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      const response = await page.goto(`${registry.pages}${path}`);
      expect(response?.status()).toBe(200);
      // Only tables scroll sideways, by themselves.
      const surplus = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
      expect([path, width, surplus]).toEqual([path, width, 0]);
      await picture(`${path.replaceAll('/', '-') || 'overview'}-${colorScheme}-${width}`);
    }
  }
  expect(alarms).toEqual([]);
});

test('finds a field and who uses it, by keyboard alone', async () => {
  await page.goto(registry.pages);
  await page.keyboard.press('Tab');
  expect(await page.evaluate('document.activeElement.textContent')).toBe('To the content');
  await page.locator('input[type=search]').focus();
  await page.keyboard.type('shoeSize');
  await page.keyboard.press('Enter');
  await page.waitForURL(/q=shoeSize/);
  expect(await page.textContent('main')).toContain('.shoeSize');
  await page.goto(`${registry.pages}/schema/User`);
  expect(await page.textContent('#shoeSize')).toContain(evil);
  await expect
    .poll(async () => {
      await page.reload();
      return page.textContent('#handle');
    })
    .toMatch(/1/);
});
