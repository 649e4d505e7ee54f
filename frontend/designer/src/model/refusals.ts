// Why an edit is refused: a stable code and a sentence for analysts. The server says the same sentences.

export class EditRefused extends Error {
  readonly code: string;
  /** Which operation of the edit was refused, from 0. */
  index = 0;

  constructor(code: string, message: string) {
    super(message);
    this.name = "EditRefused";
    this.code = code;
  }
}

export const refuse = (code: string, message: string): never => {
  throw new EditRefused(code, message);
};
