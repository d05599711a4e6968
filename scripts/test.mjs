// `npm test`: everything, on a machine that has only Node 20 and npm. `npm test -- unit lint` runs some suites.
import { install, isInstalled } from './install.mjs';
import { run, runSuite } from './run-suite.mjs';
import { suites } from './suites.mjs';

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !suites.some((suite) => suite.name === name));
if (unknown.length > 0) {
  console.error(
    `Unknown suite "${unknown.join('", "')}". Known: ${suites.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(3);
}

if (!isInstalled()) await install();
const generated = await run(['turbo', 'run', 'generate', '--output-logs=errors-only', '--ui=stream']);
if (generated !== 0) {
  console.error('Generating failed, so nothing was tested.\n0 passed, 1 failed');
  process.exit(1);
}

const results = [];
for (const suite of suites) {
  if (wanted.length === 0 || wanted.includes(suite.name)) results.push(await runSuite(suite));
}

console.log('');
for (const { name, passed, failed, seconds } of results) {
  const verdict = failed === 0 ? '✓' : '✗';
  console.log(
    `${verdict} ${name.padEnd(14)} ${seconds.toFixed(1).padStart(6)} s   ${passed} passed, ${failed} failed`,
  );
}
const sum = (key) => results.reduce((total, result) => total + result[key], 0);
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
process.exit(sum('failed') === 0 ? 0 : 1);
