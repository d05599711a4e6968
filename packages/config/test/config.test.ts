import { describe, expect, it } from 'vitest';
import {
  madeAt,
  parseInternalKeys,
  parseSecretList,
  readConfig,
  redisAddressOf,
  redisSettings,
  setting,
} from '../src/index.ts';

const secret = Buffer.alloc(32, 7).toString('base64');

describe('settings', () => {
  it('are parsed, defaulted and frozen; an empty value counts as missing', () => {
    const shape = { PORT: setting.port(4000), HOST: setting.host(), REDIS_URL: setting.redisUrl() };
    const config = readConfig(shape, { PORT: '', REDIS_URL: 'redis://127.0.0.1:1' });
    expect(config).toEqual({ PORT: 4000, HOST: '127.0.0.1', REDIS_URL: 'redis://127.0.0.1:1' });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('report all problems together and quote no value', () => {
    const shape = { PORT: setting.port(), REDIS_URL: setting.redisUrl(), KEYS: setting.internalKeys() };
    const read = () => readConfig(shape, { REDIS_URL: 'http://s3cret', KEYS: 'a:c2hvcnQ=' });
    expect(read).toThrow(/PORT: is required[^]*REDIS_URL: must be a URL[^]*KEYS: key "a" is shorter/);
    expect(read).not.toThrow(/s3cret|c2hvcnQ/);
  });
});

describe('the address of Redis', () => {
  const read = (sentinels: Record<string, string>) =>
    redisAddressOf(readConfig(redisSettings, { REDIS_URL: 'redis://:pass@redis:6379/2', ...sentinels }));

  it('is the URL, or wherever Sentinels say', () => {
    expect(read({})).toEqual({ url: 'redis://:pass@redis:6379/2' });
    expect(read({ REDIS_SENTINELS: 'a:26379, [::1]:26380', REDIS_SENTINEL_NAME: 'birds' })).toMatchObject({
      sentinels: {
        hosts: [
          { host: 'a', port: 26_379 },
          { host: '::1', port: 26_380 },
        ],
        name: 'birds',
      },
    });
  });

  it.each(['a', 'a:', 'a:0', 'a:99999', 'a:x', 'redis://a:1', 'a:1,b'])(
    'is refused when a Sentinel is %s',
    (text) => {
      expect(() => read({ REDIS_SENTINELS: text })).toThrow(/REDIS_SENTINELS\S*: must be host:port/);
    },
  );
});

describe('internal keys', () => {
  it('keep their order: the first signs', () => {
    expect(parseInternalKeys(`new:${secret},old:${secret}`).map((key) => key.id)).toEqual(['new', 'old']);
  });

  it('are refused when malformed, short or ambiguous', () => {
    for (const text of ['', 'a', 'a:b:c', `a:${secret},a:${secret}`]) {
      expect(() => parseInternalKeys(text)).toThrow();
    }
  });
});

describe('a list of secrets', () => {
  it('takes one value as ever, and ids or none', () => {
    expect(parseSecretList(secret)).toEqual([{ id: null, secret: Buffer.alloc(32, 7) }]);
    expect(parseSecretList(`r20261125-a:${secret}, ${secret}`).map(({ id }) => id)).toEqual([
      'r20261125-a',
      null,
    ]);
  });

  it('is refused when malformed or short, without being quoted', () => {
    for (const text of [
      '',
      'c2hvcnQ=',
      `${secret},`,
      `${secret},c2hvcnQ=`,
      `a:b:${secret}`,
      `a b:${secret}`,
    ]) {
      expect(() => parseSecretList(text)).toThrow(/^secret \d must be at least 32 bytes in base64$/);
    }
  });
});

describe('the day in the id of a key', () => {
  it.each([
    ['k20261125-3fa9c1', '2026-11-25'],
    ['next20260101', '2026-01-01'],
    ['k3fa9c1', null],
    ['20261125-3fa9c1', null],
    ['k20261325-a', null],
    ['k202611250-a', null],
    [null, null],
  ])('%s: %s', (id, day) => {
    expect(madeAt(id)?.toISOString().slice(0, 10) ?? null).toBe(day);
  });
});
