/** What a subgraph is called in the different places. */
export interface SubgraphNames {
  /** `places`: a folder, a database, a host and the beginning of a field. */
  name: string;
  /** `Places` */
  capital: string;
  /** `PLACES`, the beginning of settings. */
  shouted: string;
}

/**
 * @throws Error unless it is one word in small letters: it has to be a folder, a host, a database and a part of names
 */
export function namesOf(name: string): SubgraphNames {
  if (!/^[a-z]{3,20}$/.test(name)) {
    throw new Error(
      `"${name}" is no name of a subgraph. Take one word of three to twenty small letters: places.`,
    );
  }
  return { name, capital: `${name[0]?.toUpperCase()}${name.slice(1)}`, shouted: name.toUpperCase() };
}

/** Puts the names in the place of `@name@`, `@Name@` and `@NAME@`. */
export function filled(template: string, { capital, name, shouted }: SubgraphNames): string {
  return template.replaceAll('@name@', name).replaceAll('@Name@', capital).replaceAll('@NAME@', shouted);
}

/** What is said of `post`, said of this subgraph instead. */
export function insteadOfPost({ name, shouted }: SubgraphNames): (text: string) => string {
  return (text) => text.replace(/\bpost\b/g, name).replace(/\bPOST_/g, `${shouted}_`);
}
