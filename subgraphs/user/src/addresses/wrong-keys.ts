/** The keys of this process are not those that addresses of its database were sealed, or are found, by. */
export class WrongKeys extends Error {
  readonly code = 'WRONG_KEYS';
  constructor(message: string, options?: ErrorOptions) {
    super(`${message} Look at DATA_KEYS and EMAIL_INDEX_KEYS.`, options);
    this.name = 'WrongKeys';
  }
}
