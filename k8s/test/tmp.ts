import { createBuilder } from './images/build.ts'; import { readStages } from './images/dockerfile.ts'; import { mkdtempSync } from 'node:fs';
const scratch = mkdtempSync('/tmp/images-'); const b = createBuilder({ stages: readStages(new URL('../../Dockerfile', import.meta.url)), source: '/work/main', scratch });
const r = b.build('migrate'); console.log(r);
