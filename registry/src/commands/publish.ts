import { userInfo } from 'node:os';
import { loadConfig } from '../config/load.ts';
import { type Publication, publish } from '../publish.ts';
import { exitCodes } from '../refusal.ts';
import { renderText } from '../render/text.ts';
import { type CandidateOptions, storeEdit } from '../workspace/candidate.ts';
import { surroundings } from './check.ts';
import { say } from './io.ts';
import { beginStore, openStore } from './open-store.ts';

export type PublishOptions = CandidateOptions & {
  config?: string;
  store?: string;
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
  const store = await (options.init ? beginStore : openStore)(loaded, options.store);
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

/** Who publishes, when nobody says: the CI's actor or the person logged in. */
export function whoami(): string {
  return process.env['GITHUB_ACTOR'] || process.env['GITLAB_USER_LOGIN'] || userInfo().username;
}
