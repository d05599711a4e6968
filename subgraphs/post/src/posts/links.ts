import { LinkifyIt } from 'linkify-it';

/** A link in a text: a range of UTF-16 code units, and where it leads. */
export interface LinkMark {
  start: number;
  end: number;
  url: string;
}

const linkify = new LinkifyIt({ fuzzyEmail: false, fuzzyLink: true, fuzzyIP: false })
  .add('ftp:', null)
  .add('mailto:', null)
  .add('//', null);

/** Countries whose domain is also what files are called by: `README.md` is not a place in Moldova. */
const fileExtensions = new Set(
  'ai as bz cc cl gd la md mk ml mm nc pl pm ps py rs sc sh so st sv tf vi'.split(' '),
);

/** After what was taken for a host: whoever reads on reads that it was somebody's name at another one. */
const userPart = /^(?::[^\s/?#@]*)?@/u;

/** What a text links to, by http or https. */
export function findLinks(text: string): LinkMark[] {
  return (linkify.match(text) ?? []).flatMap(({ index, lastIndex, raw, schema, url }): LinkMark[] => {
    const isNamed = schema === '';
    if (userPart.test(text.slice(lastIndex)) || (isNamed && mayBeFile(raw))) return [];
    // A name without a scheme is taken for https: linkify-it would say http.
    const place = URL.parse(isNamed ? `https://${raw}` : url);
    return place !== null && isHonest(place) ? [{ start: index, end: lastIndex, url: place.href }] : [];
  });
}

/** Whether a link leads where it reads: what stands before an @ is not the place, but looks like it. */
export function isHonest({ password, protocol, username }: URL): boolean {
  return ['http:', 'https:'].includes(protocol) && username === '' && password === '';
}

/** `main.rs`, `main.rs:10`; not `www.main.rs` nor `docs.rs/serde`. */
function mayBeFile(name: string): boolean {
  const [host = '', path] = name.split(/(?=[/?#])/u, 2);
  const extension = host.replace(/:\d*$/, '').split('.').at(-1)?.toLowerCase() ?? '';
  return fileExtensions.has(extension) && !/^www\./i.test(host) && (path ?? '/') === '/';
}
