/** A producer's file that cannot be what it was sent as; `sentences`: French, one per problem. */
export class UnreadableFileError extends Error {
  constructor(readonly sentences: readonly string[]) {
    super(sentences.join(' '));
    this.name = 'UnreadableFileError';
  }
}
