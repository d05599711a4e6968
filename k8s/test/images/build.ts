import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Ignore } from '@balena/dockerignore';
import { dirname, join } from 'node:path';
import { effective, last, type Stage } from './dockerfile.ts';

// CommonJS whose types claim a default export.
const dockerignore = createRequire(import.meta.url)('@balena/dockerignore') as () => Ignore;

/** A stage built in a folder: what an image would hold, and how it would run. */
export interface BuiltStage {
  /** Stands for the container's root. */
  folder: string;
  environment: Record<string, string>;
  command: string[];
}

/**
 * Follows a Dockerfile's own steps in folders instead of containers, for machines without a Docker engine.
 * It knows WORKDIR, ENV, RUN, COPY and COPY --from; base images stand for the Node that runs this.
 */
export function createBuilder(options: { stages: readonly Stage[]; source: string; scratch: string }) {
  const built = new Map<string, BuiltStage>();

  function build(name: string): BuiltStage {
    const known = built.get(name);
    if (known) return known;
    const stage = options.stages.find((each) => each.name === name);
    if (!stage) throw new Error(`There is no stage ${name}`);
    const folder = join(options.scratch, name);
    mkdirSync(folder, { recursive: true });
    const base = options.stages.find((each) => each.name === stage.from) ? build(stage.from) : undefined;
    if (base) copyTree(base.folder, folder);
    const all = effective(options.stages, name);
    const environment: Record<string, string> = { ...base?.environment };
    for (const { keyword, text } of stage.instructions) {
      if (keyword === 'ENV') Object.assign(environment, variablesOf(text));
      else if (keyword === 'RUN') run(text, join(folder, workdir(all)), environment);
      else if (keyword === 'COPY') copy(text, folder, workdir(all));
    }
    const command = JSON.parse(last(all, 'CMD') ?? '[]') as string[];
    const result = { folder, environment, command };
    built.set(name, result);
    return result;
  }

  function run(line: string, cwd: string, environment: Record<string, string>): void {
    mkdirSync(cwd, { recursive: true });
    const prefix = join(options.scratch, 'global');
    const path = [join(prefix, 'bin'), dirname(process.execPath), process.env['PATH']].join(':');
    execFileSync('sh', ['-ec', line], {
      cwd,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...environment, NODE_OPTIONS: '', npm_config_prefix: prefix, PATH: path },
    });
  }

  function copy(text: string, folder: string, directory: string): void {
    const words = text.split(/\s+/);
    const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
    const [source = '', target = ''] = words.filter((word) => !word.startsWith('--'));
    const destination = join(folder, target.startsWith('/') ? target : join(directory, target));
    if (from) copyTree(join(build(from).folder, source), destination);
    else copyContext(options.source, destination);
  }

  return { build };
}

function workdir(instructions: ReturnType<typeof effective>): string {
  return last(instructions, 'WORKDIR') ?? '/';
}

/** What `COPY . .` takes: the files of the checkout that .dockerignore lets through. */
function copyContext(source: string, destination: string): void {
  const ignore = dockerignore().add(readFileSync(join(source, '.dockerignore'), 'utf8'));
  const list = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
    cwd: source,
    encoding: 'utf8',
  });
  for (const file of list.split('\n').filter((name) => name !== '' && !ignore.ignores(name))) {
    cpSync(join(source, file), join(destination, file), { verbatimSymlinks: true });
  }
}

/** Hard links: the same bytes, at once. */
function copyTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  execFileSync('cp', ['-alf', `${from}/.`, to]);
}

function variablesOf(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(/\s+/).map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return [name, value.join('=')];
    }),
  );
}
