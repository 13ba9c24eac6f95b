// Errors that the caller's callbacks throw, told from those of the capture. Both come up through what reads; but only
// what is wrong with the capture is put into words here, or is a warning. What a callback throws is the caller's, were it
// an error of the system, too: of a file of his that he cannot write.

/** The errors of some callbacks. */
export class CallerErrors {
  readonly #thrown: Set<unknown> = new Set();

  /** Whether a callback has thrown this. */
  has(error: unknown): boolean {
    return this.#thrown.has(error);
  }

  /** The callback; what it throws is known afterwards. */
  of<Given extends unknown[]>(callback: (...given: Given) => void): (...given: Given) => void {
    return (...given) => {
      try {
        callback(...given);
      } catch (error) {
        throw this.#note(error);
      }
    };
  }

  /** The same for one that is waited for. */
  ofWaiting<Result>(callback: () => Promise<Result>): () => Promise<Result> {
    return () =>
      callback().catch((error: unknown) => {
        throw this.#note(error);
      });
  }

  #note(error: unknown): unknown {
    this.#thrown.add(error);
    return error;
  }
}
