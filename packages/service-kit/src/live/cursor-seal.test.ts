import { createHmac, randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { createCursorSeal } from './cursor-seal.ts';

it('seals by an HMAC, however long the key is, and opens nothing else', () => {
  for (const length of [16, 32, 64, 100]) {
    const key = { id: 'k', secret: randomBytes(length) };
    const { open, seal } = createCursorSeal([key]);
    const cursor = seal('l1.a.1.2');
    const mac = createHmac('sha256', key.secret).update('live-cursor:l1.a.1.2').digest('base64url');
    expect(Buffer.from(cursor, 'base64url').toString()).toBe(`l1.a.1.2.${mac.slice(0, 22)}`);
    expect(open(cursor)).toBe('l1.a.1.2');
    expect(open(`${cursor.slice(0, -2)}AA`)).toBeNull();
    expect(createCursorSeal([{ id: 'k', secret: randomBytes(length) }]).open(cursor)).toBeNull();
  }
});
