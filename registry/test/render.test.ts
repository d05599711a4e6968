import { describe, expect, it } from 'vitest';
import { emptyReport } from '../src/check.ts';
import { compositionErrorsText } from '../src/render/composition-errors.ts';
import { renderSarif } from '../src/render/sarif.ts';
import { parseOutput, renderers } from '../src/render/index.ts';
import type { CheckedChange, Report } from '../src/report.ts';
import type { Finding } from '../src/lint/finding.ts';

type SarifResult = {
  ruleId: string;
  locations: { physicalLocation: { artifactLocation: { uri: string } } }[];
};

const nasty = '<!-- --> | @everyone ::error::\nnext, 100%';

const change: CheckedChange = {
  id: '0123456789abcdef',
  type: 'FIELD_REMOVED',
  level: 'breaking',
  reason: 'An operation that selects the field is refused.',
  message: nasty,
  coordinate: 'User.name',
  touches: [['User.name']],
  location: { file: 'subgraphs/a b,c/schema.graphql', line: 3, column: 5 },
  subgraph: 'people',
  usage: {
    status: 'used',
    operations: [{ name: 'Me', hash: 'h', clients: ['ios@2'], count: 7, lastAt: '2026-11-22T10:00:00.000Z' }],
  },
  severity: 'fail',
  notes: ['A note.'],
};

const finding: Finding = {
  rule: 'require-description',
  severity: 'fail',
  message: 'No description.',
  coordinate: 'A',
  subgraph: 'people',
  file: 'a.graphql',
  line: 1,
  column: 6,
  isNew: false,
};

const report: Report = {
  ...emptyReport('version 1'),
  verdict: 'failed',
  changed: ['people'],
  steps: [
    { name: 'changes', status: 'failed', summary: '1 breaking' },
    { name: 'usage', status: 'skipped', because: 'there is none' },
  ],
  compositionErrors: [{ code: 'X', message: 'No place.', fix: 'Do it.' }],
  changes: [
    change,
    { ...change, id: 'fedcba9876543210', severity: 'ignore', level: 'safe', message: 'Harmless' },
  ],
  lint: [finding],
};

describe('the faces of one report', () => {
  it('text has the verdict, the place and who uses it, and says why a step was skipped', () => {
    const text = renderers.text(report);
    expect(text).toContain('usage        skipped because there is none');
    expect(text).toContain('subgraphs/a b,c/schema.graphql:3:5 [FIELD_REMOVED] id 0123456789abcdef');
    expect(text).not.toMatch(/^next/m);
    expect(text).toContain('A note. Used by Me (ios@2; 7 calls, last on 2026-11-22).');
    expect(text).toMatch(/Nothing to object to:\n {2}safe +Harmless \(A note\.\)\n\nVerdict: failed\.\n$/);
  });

  it('never says of a breaking change that there is nothing to object to', () => {
    const unused: CheckedChange = { ...change, severity: 'ignore', message: 'Gone', notes: ['Nobody.'] };
    const text = renderers.text({ ...report, changes: [unused] });
    expect(text).toMatch(/Let through although not safe:\n {2}breaking +Gone \(Nobody\.\)\n/);
    expect(text).not.toContain('Nothing to object to');
    expect(renderers.markdown({ ...report, changes: [unused] })).toContain(
      '<summary>Let through although not safe (1)</summary>',
    );
  });

  it('says beside the verdict what it does not cover', () => {
    const open: Report = { ...report, verdict: 'passed', notJudged: ['changes', 'usage'] };
    expect(renderers.text(open)).toMatch(/Verdict: passed \(changes, usage not judged\)\.\n$/);
    expect(renderers.markdown(open)).toContain('## ⚠️ Schema check passed (changes, usage not judged)');
  });

  it('names what vanished: a member, a contract, a subgraph', () => {
    const left = {
      ...change,
      type: 'UNION_MEMBER_REMOVED',
      coordinate: 'SearchResult',
      before: 'Robot',
    } as const;
    const { location: _, ...placeless } = change;
    const contract = { ...placeless, type: 'CONTRACT_REMOVED', coordinate: 'public' } as const;
    const text = renderers.text({ ...report, gone: ['people'], changes: [left, placeless, contract] });
    expect(text).toContain('Subgraph people is gone; did its file move?');
    expect(text).toContain('ERROR   breaking change of SearchResult: it loses Robot\n');
    expect(text).toContain('ERROR   contract public is gone\n');
    expect(text).toContain('(gone with subgraph people) [FIELD_REMOVED]');
  });

  it('JSON is the report itself', () => {
    expect(JSON.parse(renderers.json(report))).toEqual(report);
  });

  it('markdown starts with the marker, and nothing in a schema breaks out, pings or marks up', () => {
    const [marker, ...rest] = renderers.markdown(report).split('\n');
    expect(marker).toBe('<!-- registry-check -->');
    const text = rest.join('\n');
    expect(text).not.toContain('<!--');
    expect(text).not.toMatch(/@everyone/);
    const row = text.split('\n').find((line) => line.includes('User.name')) ?? '';
    expect(row.split(/(?<!\\)\|/)).toHaveLength(7);
  });

  it('nothing in a schema drives a terminal, starts a line or becomes a link', () => {
    const message = 'old\n::error::\u001b[2J\u0007\u009b31m\u2028\u202e [a](https://elsewhere.example)';
    const shown = {
      ...report,
      changes: [{ ...change, message, severity: 'ignore' as const, notes: [message] }],
    };
    const error = { code: 'X', message, fix: message };
    const faces = [renderers.text(shown), renderers.markdown(shown), compositionErrorsText([error as never])];
    for (const face of faces) {
      expect(face).toContain('::error::');
      expect(face).not.toMatch(/^\s*::/m);
      expect(face.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Zl}\u202e]/u);
    }
    expect(faces[1]).not.toContain('](https://elsewhere');
  });

  it('markdown stays below what a comment may have', () => {
    const many = Array.from({ length: 2000 }, () => change);
    const text = renderers.markdown({ ...report, changes: many });
    expect(text.length).toBeLessThan(65_536);
    expect(text).toContain('the JSON report has all');
  });

  it('a GitHub annotation is one line whatever the text, with its place escaped', () => {
    const lines = renderers.github(report).trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines).toContainEqual(
      expect.stringMatching(
        /^::error file=subgraphs\/a b%2Cc\/schema\.graphql,line=3,col=5,title=breaking change of User\.name::.*%0Anext, 100%25/,
      ),
    );
    expect(lines).toContainEqual('::error title=X::No place. Fix: Do it.');
    const fresh = renderers.github({ ...report, lint: [{ ...finding, isNew: true }] });
    expect(fresh).toMatch(/^::error file=a\.graphql,line=1,col=6/m);
  });

  it('SARIF explains its rules, and puts what has no place at the configuration', () => {
    const env = { GITHUB_SERVER_URL: 'https://git.test', GITHUB_REPOSITORY: 'a/b' };
    const log = JSON.parse(renderSarif(report, env));
    const [run] = log.runs;
    expect(log.version).toBe('2.1.0');
    expect(run.results).toHaveLength(3);
    const uris = run.results.map(
      (one: SarifResult) => one.locations[0]?.physicalLocation.artifactLocation.uri,
    );
    expect(uris).toContain('registry.config.json');
    for (const rule of run.tool.driver.rules) {
      expect(rule.fullDescription.text).toMatch(/\S/);
      expect(rule.help.text).toContain(`registry explain ${rule.id}`);
      expect(rule.helpUri).toBe('https://git.test/a/b/blob/HEAD/registry/README.md#the-steps');
    }
    expect(run.results.find((one: SarifResult) => one.ruleId === 'FIELD_REMOVED')).toMatchObject({
      ruleId: 'FIELD_REMOVED',
      level: 'error',
      partialFingerprints: { changeId: '0123456789abcdef' },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'subgraphs/a%20b,c/schema.graphql' },
            region: { startLine: 3, startColumn: 5 },
          },
        },
      ],
    });
    for (const result of run.results) expect(run.tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId);
  });

  it('goes to a file or to standard output', () => {
    expect(parseOutput('text')).toEqual({ format: 'text' });
    expect(parseOutput('sarif=out/a=b.sarif')).toEqual({ format: 'sarif', file: 'out/a=b.sarif' });
    expect(() => parseOutput('toString')).toThrow(/Unknown format "toString"\. Known: text, json/);
  });
});
