import { ChangeType } from '@graphql-inspector/core';
import {
  BreakingChangeType,
  buildSchema,
  DangerousChangeType,
  findBreakingChanges,
  findDangerousChanges,
  type GraphQLSchema,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { diffSchemas } from '../src/changes/diff-schemas.ts';
import { milder, neverMade, rows } from './change-types.table.ts';

function schema(sdl: string): GraphQLSchema {
  return buildSchema(sdl.includes('type Query') ? sdl : `${sdl} type Query { root: Int }`);
}

describe('every change type has the level that its rule gives', () => {
  it.each(rows)('%s of %s is %s', async (type, coordinate, level, before, after) => {
    const changes = await diffSchemas(schema(before), schema(after));
    const change = changes.find((one) => one.type === type && one.coordinate === coordinate);
    expect(change, JSON.stringify(changes.map((one) => [one.type, one.coordinate]))).toMatchObject({ level });
    expect(change?.reason).toMatch(/\.$/);
    expect(change?.id).toMatch(/^[0-9a-f]{16}$/);
    if (level !== 'safe') expect(change?.touches.length).toBeGreaterThan(0);
  });

  it('covers every type of the inspector', () => {
    const covered = new Set(rows.map(([type]) => type));
    const missing = Object.values<string>(ChangeType).filter((type) => !covered.has(type));
    expect(missing.sort()).toEqual(neverMade);
  });
});

describe('beside graphql-js', () => {
  const verdicts = rows.map(([type, coordinate, level, before, after]) => {
    const [old, now] = [schema(before), schema(after)];
    return {
      row: `${type} ${coordinate}`,
      level,
      breaking: findBreakingChanges(old, now).map((change) => change.type),
      dangerous: findDangerousChanges(old, now).map((change) => change.type),
    };
  });

  it('the table has every breaking and dangerous change that graphql-js knows', () => {
    const seen = new Set<string>(verdicts.flatMap(({ breaking, dangerous }) => [...breaking, ...dangerous]));
    const all = [...Object.values(BreakingChangeType), ...Object.values(DangerousChangeType)];
    expect(all.filter((type) => !seen.has(type))).toEqual([]);
  });

  it.each(verdicts.filter(({ breaking }) => breaking.length > 0))(
    '$row: breaking there, breaking here',
    (one) => {
      if (one.breaking.every((type) => milder.includes(type) && one.level === 'safe')) return;
      expect(one.level).toBe('breaking');
    },
  );

  it.each(verdicts.filter(({ dangerous }) => dangerous.length > 0))(
    '$row: dangerous there, not hidden here',
    (one) => {
      if (one.dangerous.every((type) => milder.includes(type))) return;
      expect(one.level).not.toBe('safe');
    },
  );
});

describe('identity', () => {
  it('is the same on every run and differs with what was before and after', async () => {
    const ids = await Promise.all(
      ['Int!', 'Int', '[Int]'].map(async (type) => {
        const changes = await diffSchemas(schema('type A { x: String }'), schema(`type A { x: ${type} }`));
        return changes.map(({ id }) => id);
      }),
    );
    expect(new Set(ids.flat()).size).toBe(3);
    const again = await diffSchemas(schema('type A { x: String }'), schema('type A { x: Int! }'));
    expect(again.map(({ id }) => id)).toEqual(ids[0]);
  });
});
