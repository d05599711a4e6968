import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cursorCodec, sealedCursorCodec } from '../src/index.ts';

const key = { secret: randomBytes(32) };
const next = { secret: randomBytes(32) };
const codec = sealedCursorCodec('posts', [key]);
const anyKey = fc.bigInt({ min: 0n, max: (1n << 63n) - 1n });

test('a sealed key comes back, is the same each time, and is not in the cursor', () => {
  fc.assert(
    fc.property(anyKey, (id) => {
      const sealed = codec.seal(id);
      expect(codec.decode('after', sealed)).toBe(id);
      expect(codec.seal(id)).toBe(sealed);
      const plain = Buffer.alloc(8);
      plain.writeBigUInt64BE(id);
      expect(Buffer.from(sealed, 'base64url').includes(plain)).toBe(false);
      expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain(`.${id.toString(36)}`);
    }),
  );
});

test('open cursors go on as they are', () => {
  expect(codec.encode(7n)).toBe(cursorCodec('posts').encode(7n));
  expect(codec.decode('after', cursorCodec('posts').encode(7n))).toBe(7n);
});

test('keys are replaced one after the other', () => {
  const sealed = codec.seal(42n);
  const rotated = sealedCursorCodec('posts', [next, key]);
  expect(rotated.decode('after', sealed)).toBe(42n);
  expect(sealedCursorCodec('posts', [key, next]).decode('after', rotated.seal(42n))).toBe(42n);
  expect(() => sealedCursorCodec('posts', [next]).decode('after', sealed)).toThrow(/not a cursor/);
});

test('what was changed, made elsewhere or for another list is refused', () => {
  const sealed = Buffer.from(codec.seal(42n), 'base64url');
  for (let index = 0; index < sealed.length; index++) {
    const forged = Buffer.from(sealed);
    forged[index] = (forged[index] ?? 0) ^ 1;
    expect(() => codec.decode('after', forged.toString('base64url'))).toThrow(/not a cursor/);
  }
  for (const other of [sealedCursorCodec('likes', [key]), sealedCursorCodec('posts', [key], 2)]) {
    expect(() => other.decode('after', codec.seal(42n))).toThrow(/not a cursor/);
  }
});
