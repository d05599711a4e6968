import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

interface Lockfile {
  packages: Record<string, { os?: string[]; cpu?: string[] }>;
}

const { packages } = parse(
  readFileSync(new URL('../../../pnpm-lock.yaml', import.meta.url), 'utf8'),
) as Lockfile;
const native = Object.entries(packages).flatMap(([name, { os = [], cpu = [] }]) =>
  os.flatMap((system) =>
    cpu.map((processor) => ({ family: familyOf(name, system), built: `${system}-${processor}` })),
  ),
);

/** `@turbo/` for `@turbo/linux-arm64`; Windows packages carry other names than their `os`. */
function familyOf(name: string, system: string): string {
  const at = name.indexOf(system === 'win32' ? 'win' : system);
  return name.slice(0, at);
}

test.each([...new Set(native.filter(({ built }) => built === 'linux-x64').map(({ family }) => family))])(
  '%s… is locked for Linux and macOS on both processors, whoever wrote the lockfile',
  (family) => {
    const built = native.filter((each) => each.family === family).map((each) => each.built);
    expect(built).toEqual(expect.arrayContaining(['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64']));
  },
);
