// Tells errors that the caller's callbacks throw from those of the capture. Both come up through what reads, but only
// those of the capture are put into words here, or become warnings. What a callback throws belongs to the caller, even
// a system error, such as that of a file the callback cannot write.

/** The errors of some callbacks. */
export class CallerErrors {
  readonly #thrown: Set<unknown> = new Set();

  /** Whether a callback has thrown this. */
  has(error: unknown): boolean {
    return this.#thrown.has(error);
  }

  /** Wraps a callback, so that what it throws is known afterwards. */
  of<Given extends unknown[]>(callback: (...given: Given) => void): (...given: Given) => void {
    return (...given) => {
      try {
        callback(...given);
      } catch (error) {
        throw this.#note(error);
      }
    };
  }

  /** The same for a callback that returns a promise. */
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
