import { Command, CommanderError } from 'commander';
import { exitCodes, isRefusal } from './refusal.ts';

const collect = (value: string, before: string[]) => [...before, value];

/** Handlers are imported when their command is called: `--help` must not pay for the composer. */
const program = new Command('registry')
  .description('Checks, composes and keeps the schemas of a federated graph')
  .exitOverride();

program
  .command('compose')
  .description('compose the subgraphs of this repository into a supergraph')
  .option('--config <file>', 'configuration file')
  .option('--out <file>', 'write the supergraph here instead of to standard output')
  .option('--api <file>', 'write the API schema here')
  .option('--url <name=url>', 'where a subgraph is reached; may be repeated', collect, [])
  .action(async (options) => {
    const { runCompose } = await import('./commands/compose.ts');
    process.exitCode = runCompose(options);
  });

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : exitCodes.badInput;
  else if (isRefusal(error)) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.exitCode;
  } else throw error;
}
