/** Changes a text, and names what it looked for when that is not there any more. */
export type Edit = (text: string) => string;

/** All of them, one after the other. */
export function all(...edits: Edit[]): Edit {
  return (text) => edits.reduce((changed, edit) => edit(changed), text);
}

/** Puts something in the place of the first match. */
export function replacing(pattern: RegExp, replacement: string): Edit {
  return (text) => {
    if (!pattern.test(text)) throw missing(String(pattern));
    return text.replace(pattern, replacement);
  };
}

/** Repeats the first line that matches, renamed, below it. */
export function repeatingLine(line: RegExp, rename: Edit): Edit {
  return (text) => {
    const lines = text.split('\n');
    const at = lines.findIndex((each) => line.test(each));
    if (at < 0) throw missing(String(line));
    return lines.toSpliced(at + 1, 0, rename(lines[at] ?? '')).join('\n');
  };
}

/**
 * Repeats, renamed, the item of a YAML list that a line is in: the innermost one.
 * @param line the whole line, with the blanks before it
 */
export function repeatingItem(line: string, rename: Edit): Edit {
  return (text) => {
    const lines = text.split('\n');
    const at = lines.indexOf(line);
    if (at < 0) throw missing(line);
    const from = lines.slice(0, at + 1).findLastIndex((each) => isItemAround(each, line));
    if (from < 0) throw missing(`item around ${line}`);
    const depth = indentOf(lines[from] ?? '');
    let to = from + 1;
    while (to < lines.length && (lines[to] === '' || indentOf(lines[to] ?? '') > depth)) to += 1;
    // A blank line after the last item is none of its own.
    while (lines[to - 1] === '') to -= 1;
    return lines.toSpliced(to, 0, ...lines.slice(from, to).map(rename)).join('\n');
  };
}

function isItemAround(candidate: string, inner: string): boolean {
  if (!candidate.trimStart().startsWith('- ')) return false;
  return candidate === inner || indentOf(candidate) < indentOf(inner);
}

const indentOf = (line: string) => line.length - line.trimStart().length;

/** Repeats, renamed, the documents of a YAML file that have this name, each behind itself. */
export function repeatingDocuments(names: readonly string[], rename: Edit): Edit {
  return (text) => {
    const documents = documentsOf(text);
    const found = documents.filter((each) => names.includes(nameOf(each) ?? ''));
    if (found.length === 0) throw missing(`a document of the name ${names.join(' or ')}`);
    return joined(documents.flatMap((each) => (found.includes(each) ? [each, rename(each)] : [each])));
  };
}

/** Edits the document of a YAML file that has this name. */
export function inDocument(name: string, edit: Edit): Edit {
  return (text) => {
    const documents = documentsOf(text);
    if (!documents.some((each) => nameOf(each) === name)) throw missing(`a document of the name ${name}`);
    return joined(documents.map((each) => (nameOf(each) === name ? edit(each) : each)));
  };
}

/** Adds documents to a YAML file. */
export function appending(document: string): Edit {
  return (text) => joined([...documentsOf(text), document]);
}

/** Repeats, renamed, a paragraph: what stands between blank lines, from a line that matches on. */
export function repeatingParagraph(line: RegExp, rename: Edit): Edit {
  return (text) => {
    const paragraphs = text.split('\n\n');
    const at = paragraphs.findIndex((each) => line.test(each));
    if (at < 0) throw missing(String(line));
    return paragraphs.toSpliced(at + 1, 0, rename(paragraphs[at] ?? '')).join('\n\n');
  };
}

const documentsOf = (text: string) => text.replace(/\n$/, '').split('\n---\n');
const joined = (documents: readonly string[]) => `${documents.join('\n---\n')}\n`;
const nameOf = (document: string) => /^metadata:\n {2}name: (\S+)$/m.exec(document)?.[1];

function missing(what: string): Error {
  return new Error(`There is no ${what} any more`);
}
