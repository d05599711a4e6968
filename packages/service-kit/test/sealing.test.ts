import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  createBlindIndex,
  createEnvironmentKeys,
  createSealer,
  packSealed,
  unpackSealed,
} from '../src/index.ts';

const old = { id: 'd1', secret: randomBytes(32) };
const next = { id: 'd2', secret: randomBytes(32) };
const plain = Buffer.from('a secret');

describe('a sealed value', () => {
  it('is opened for what it is about, and for nothing else', async () => {
    const sealer = createSealer(createEnvironmentKeys([old]));
    const sealed = await sealer.seal(plain, 'totp 1');
    expect(sealed.keyId).toBe('d1');
    expect(sealed.box.includes(plain)).toBe(false);
    expect(await sealer.open(sealed, 'totp 1')).toEqual(plain);
    await expect(sealer.open(sealed, 'totp 2')).rejects.toThrow();
    expect((await sealer.seal(plain, 'totp 1')).box).not.toEqual(sealed.box);
  });

  it('is refused where a bit of it is another one', async () => {
    const sealer = createSealer(createEnvironmentKeys([old]));
    const { box, keyId } = await sealer.seal(plain, 'it');
    for (let place = 0; place < box.length; place++) {
      const changed = Buffer.from(box);
      changed[place] = (changed[place] ?? 0) ^ 1;
      await expect(sealer.open({ keyId, box: changed }, 'it')).rejects.toThrow();
    }
    await expect(sealer.open({ keyId, box: Buffer.alloc(0) }, 'it')).rejects.toThrow('not a sealed value');
  });

  it('is wrapped anew by the next key, and then does without the old one', async () => {
    const sealed = await createSealer(createEnvironmentKeys([old])).seal(plain, 'it');
    const both = createSealer(createEnvironmentKeys([next, old]));
    expect(await both.open(sealed, 'it')).toEqual(plain);
    const rewrapped = await both.rewrap(sealed);
    expect(rewrapped.keyId).toBe('d2');
    const alone = createSealer(createEnvironmentKeys([next]));
    expect(await alone.open(rewrapped, 'it')).toEqual(plain);
    await expect(alone.open(sealed, 'it')).rejects.toThrow('no key "d1" is known');
  });
});

it('a sealed value is one of bytes, with the id of its key', async () => {
  const sealed = await createSealer(createEnvironmentKeys([old])).seal(plain, 'it');
  expect(unpackSealed(packSealed(sealed))).toEqual(sealed);
  for (const broken of [Buffer.alloc(0), Buffer.of(9, 1)]) {
    expect(() => unpackSealed(broken)).toThrow('not a sealed value');
  }
});

describe('a blind index', () => {
  it('has one digest for equal values, another for each key and purpose', () => {
    const both = createBlindIndex([next, old], 'this');
    const digests = both.digestsOf('a');
    expect(digests.map(({ keyId }) => keyId)).toEqual(['d2', 'd1']);
    expect(createBlindIndex([old], 'this').digestsOf('a')[0]).toEqual(digests[1]);
    const others = [...both.digestsOf('b'), ...createBlindIndex([next, old], 'that').digestsOf('a')];
    const all = [...digests, ...others].map(({ digest }) => Buffer.from(digest).toString('hex'));
    expect(new Set(all).size).toBe(6);
  });
});
