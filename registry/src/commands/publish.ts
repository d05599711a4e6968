import { type LoadedConfig, loadConfig } from '../config/load.ts';
import { type Publication, publish } from '../publish.ts';
import { couldNotRun, exitCodes } from '../refusal.ts';
import type { RemoteClient } from '../remote/client.ts';
import { remoteOf, type StoreOptions } from '../remote/where.ts';
import { renderText } from '../render/text.ts';
import { type CandidateOptions, readEdit, storeEdit } from '../workspace/candidate.ts';
import { requestOf, surroundings } from './check.ts';
import { say, whoami } from './io.ts';
import { beginStore, openStore } from './open-store.ts';

export type PublishOptions = CandidateOptions &
  StoreOptions & {
    by?: string;
    message?: string;
    context?: string;
    usage?: string;
    approvals?: string;
    init?: boolean;
  };

/** `registry publish`: the candidate becomes the head, if the check passes on top of the head. */
export async function runPublish(options: PublishOptions): Promise<number> {
  const loaded = loadConfig(process.cwd(), options.config);
  const remote = remoteOf(options, loaded);
  if (remote) return announce(await publishRemotely(remote, loaded, options));
  const store = await (options.init ? beginStore : openStore)(loaded, options);
  const publication = await publish(store, {
    by: options.by ?? whoami(),
    message: options.message ?? '',
    nowMs: Date.now(),
    next: storeEdit(options, loaded),
    deleted: options.delete,
    init: options.init ?? false,
    checkWith: await surroundings(loaded, store, options),
  });
  return announce(publication);
}

/** The server checks on top of its head and appends, as one step. */
async function publishRemotely(
  remote: RemoteClient,
  loaded: LoadedConfig,
  options: PublishOptions,
): Promise<Publication> {
  const publication = await remote.ask<Publication>('POST', '/publications', {
    ...(await requestOf(loaded, options)),
    edit: readEdit(options, loaded),
    by: options.by ?? whoami(),
    message: options.message ?? '',
    init: options.init ?? false,
  });
  if (publication === undefined) throw couldNotRun('The registry did not say what became of it.');
  return publication;
}

/** Says how a publication went and gives the exit code. */
export function announce(publication: Publication): number {
  if (publication.status === 'refused') {
    process.stdout.write(renderText(publication.report));
    say('Not published.');
    return exitCodes.failed;
  }
  const text = publication.status === 'published' ? 'Published' : 'Nothing to publish: this is already';
  process.stdout.write(`${text} version ${publication.id}.\n`);
  return exitCodes.passed;
}
