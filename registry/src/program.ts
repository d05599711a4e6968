import { Command } from 'commander';

const collect = (value: string, before: string[]) => [...before, value];

/**
 * The command line. Handlers are imported when their command is called, so that `--help` does not
 * pay for the composer.
 */
export function createProgram(): Command {
  const program = new Command('registry')
    .description(
      'Checks, composes and keeps the schemas of a federated graph.\nExit codes: 0 passed, 1 failed, 2 could not run, 3 bad input.',
    )
    .exitOverride();
  addCheck(program);
  addReading(program);
  addPublishing(program);
  addStore(program);
  addTrusted(program);
  addServer(program);
  return program;
}

function command(program: Command, name: string, description: string): Command {
  return program.command(name).description(description).option('--config <file>', 'configuration file');
}

function withCandidate(one: Command): Command {
  return one
    .option('--subgraph <name>', 'only this subgraph; may be repeated', collect, [])
    .option('--schema <file>', 'its SDL, - for standard input; one per --subgraph', collect, [])
    .option('--delete <name>', 'without this subgraph; may be repeated', collect, [])
    .option('--new', 'the named subgraph may be one that nobody knows yet')
    .option('--store <folder>', 'the file store')
    .option('--registry <url>', 'the server that keeps the graph, in place of a folder')
    .option('--context <name>', 'whose approvals count, for example a pull request')
    .option('--approvals <folder>', 'a file store to read approvals from, if not from the store')
    .option('--usage <file>', 'usage data');
}

function addCheck(program: Command): void {
  withCandidate(command(program, 'check', 'say whether a change would break a client'))
    .option(
      '--graph <name>',
      'which graph of the server; may be repeated, for several environments',
      collect,
      [],
    )
    .option('--against <state>', 'head, landed, version:ID or git:REV')
    .option(
      '--format <format>',
      'text, json, markdown, github or sarif; FORMAT=FILE; may be repeated',
      collect,
      [],
    )
    .option('--require <step>', 'fail if this step cannot judge; may be repeated', collect, [])
    .option('--allow-no-baseline', 'go on although there is nothing to compare with yet')
    .action(async (options) => {
      const { runCheck } = await import('./commands/check.ts');
      process.exitCode = await runCheck(options);
    });
}

function addReading(program: Command): void {
  command(program, 'compose', 'compose the subgraphs of this repository into a supergraph')
    .option('--out <file>', 'write the supergraph here instead of to standard output')
    .option('--api <file>', 'write the API schema here')
    .option('--contract <name>', 'compose this contract')
    .option('--url <name=url>', 'where a subgraph is reached; may be repeated', collect, [])
    .action(async (options) => {
      const { runCompose } = await import('./commands/compose.ts');
      process.exitCode = runCompose(options);
    });
  command(program, 'diff', 'list what clients see differently between two states')
    .argument('[from]', 'head, landed, version:ID or git:REV')
    .argument('[to]', 'the same, or workspace', 'workspace')
    .option('--store <folder>', 'the file store')
    .option('--registry <url>', 'the server that keeps the graph, in place of a folder')
    .option('--graph <name>', 'which graph of the server')
    .option('--json', 'as JSON')
    .action(async (from, to, options) => {
      const { runDiff } = await import('./commands/diff.ts');
      process.exitCode = await runDiff(from, to, options);
    });
  command(program, 'lint', 'list every lint finding in the workspace')
    .option('--format <format>', 'text, json, markdown, github or sarif; FORMAT=FILE', collect, [])
    .action(async (options) => {
      const { runLint } = await import('./commands/lint.ts');
      process.exitCode = runLint(options);
    });
  program
    .command('explain')
    .description('say what a code means and what to do about it')
    .argument('<code>', 'a composition code, a change type or a lint rule')
    .action(async (code) => {
      const { runExplain } = await import('./commands/explain.ts');
      process.exitCode = runExplain(code);
    });
}

function addPublishing(program: Command): void {
  withCandidate(command(program, 'publish', 'make the candidate the new head of the store'))
    .option('--graph <name>', 'which graph of the server')
    .option('--by <name>', 'who publishes')
    .option('--message <text>', 'why')
    .option('--init', 'this is the first publication to this store')
    .action(async (options) => {
      const { runPublish } = await import('./commands/publish.ts');
      process.exitCode = await runPublish(options);
    });
  command(program, 'rollback', 'publish a new version equal to an old one')
    .argument('<id>', 'the version to go back to')
    .option('--store <folder>', 'the file store')
    .option('--registry <url>', 'the server that keeps the graph, in place of a folder')
    .option('--graph <name>', 'which graph of the server')
    .option('--by <name>', 'who rolls back')
    .option('--message <text>', 'why')
    .option('--context <name>', 'whose approvals count')
    .option('--approvals <folder>', 'a file store to read approvals from, if not from the store')
    .option('--usage <file>', 'usage data')
    .option('--force', 'although the check refuses it')
    .action(async (id, options) => {
      const { runRollback } = await import('./commands/rollback.ts');
      process.exitCode = await runRollback(id, options);
    });
}

function addStore(program: Command): void {
  const stored = (name: string, description: string) =>
    command(program, name, description)
      .option('--store <folder>', 'the file store')
      .option('--registry <url>', 'the server that keeps the graph, in place of a folder')
      .option('--graph <name>', 'which graph of the server');
  stored('versions', 'list what was published')
    .option('--json', 'as JSON')
    .action(async (options) => {
      const { runVersions } = await import('./commands/store-commands.ts');
      process.exitCode = await runVersions(options);
    });
  stored('published', 'say whether the workspace is a version of the store').action(async (options) => {
    const { runPublished } = await import('./commands/published.ts');
    process.exitCode = await runPublished(options);
  });
  stored('approve', 'take responsibility for changes, by the ids that a check prints')
    .argument('<ids...>', 'ids of changes')
    .requiredOption('--context <name>', 'where it holds, for example a pull request')
    .requiredOption('--reason <text>', 'why it is all right')
    .option('--by <name>', 'who approves')
    .action(async (ids, options) => {
      const { runApprove } = await import('./commands/store-commands.ts');
      process.exitCode = await runApprove(ids, options);
    });
  stored('usage', 'add usage files to the store')
    .argument('<files...>', 'usage files')
    .action(async (files, options) => {
      const { runUsage } = await import('./commands/store-commands.ts');
      process.exitCode = await runUsage(files, options);
    });
  stored('freeze', 'let nobody publish')
    .requiredOption('--reason <text>', 'why')
    .option('--by <name>', 'who freezes')
    .action(async (options) => {
      const { runFreeze } = await import('./commands/store-commands.ts');
      process.exitCode = await runFreeze(options);
    });
  stored('unfreeze', 'let people publish again').action(async (options) => {
    const { runUnfreeze } = await import('./commands/store-commands.ts');
    process.exitCode = await runUnfreeze(options);
  });
}

function addTrusted(program: Command): void {
  const ofServer = (name: string, description: string) =>
    command(program, name, description)
      .option('--registry <url>', 'the server that keeps the graph')
      .option('--graph <name>', 'which graph of the server');
  const ofApp = (name: string, description: string) =>
    ofServer(name, description)
      .requiredOption('--app <name>', 'the app, as its client name says it')
      .requiredOption('--app-version <version>', 'its version, as its client version says it');
  ofApp('trust', 'let the documents run that one version of an app was built with')
    .argument('<manifest>', 'as Apollo, Relay or graphql-codegen write it')
    .option('--by <name>', 'who publishes')
    .action(async (file, options) => {
      const { runTrust } = await import('./commands/trusted.ts');
      process.exitCode = await runTrust(file, options);
    });
  ofServer('trusted', 'list the versions of apps whose documents may run').action(async (options) => {
    const { runTrusted } = await import('./commands/trusted.ts');
    process.exitCode = await runTrusted(options);
  });
  ofApp('retire', 'let the documents of one version of an app run no more, if nobody uses it')
    .option('--force', 'although it may be in use')
    .action(async (options) => {
      const { runRetire } = await import('./commands/trusted.ts');
      process.exitCode = await runRetire(options);
    });
}

function addServer(program: Command): void {
  program
    .command('serve')
    .description('run the server, with its settings from the environment')
    .action(async () => {
      const { runServe } = await import('./commands/server.ts');
      await runServe();
    });
  program
    .command('token')
    .description('make a token in the database of REGISTRY_DATABASE_URL, and its graph if need be')
    .requiredOption('--graph <name>', 'the one graph that it is for')
    .requiredOption('--name <text>', 'who will use it')
    .option('--kind <kind>', 'read, publish, report or admin; may be repeated', collect, [])
    .option('--days <number>', 'after which it is good no more')
    .action(async (options) => {
      const { runToken } = await import('./commands/server.ts');
      process.exitCode = await runToken(options);
    });
}
