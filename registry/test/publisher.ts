/** A process that publishes one version after the other until somebody kills it. */
import { publish } from '../src/publish.ts';
import { fileStore } from '../src/store/file-store.ts';
import { people } from './cast.ts';
import { requestFor } from './store-contract.ts';

const [folder = '', round = ''] = process.argv.slice(2);
let fields = 'name: String nameHistory: [String!]';
for (let number = 0; ; number++) {
  fields += ` r${round}n${number}: Int`;
  await publish(fileStore(folder), { ...requestFor(people(fields)), force: true });
  process.stdout.write('.');
}
