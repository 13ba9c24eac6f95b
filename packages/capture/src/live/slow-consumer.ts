// Notices that frames come as fast as they can be worked on, before they are lost or while they are: over some seconds
// nearly all the time went to working on them, and next to none to waiting for more.

/** Milliseconds that are looked at together. */
const span = 3000;

/** The part of that time which work has to take. */
const share = 0.9;

/** Watches one consumer, and tells once. */
export class SlowConsumer {
  readonly #onSlow: () => void;
  /** When the span began; -1 before the first batch. */
  #begun = -1;
  #given = 0;
  #worked = 0;
  #isTold = false;

  constructor(onSlow: () => void) {
    this.#onSlow = onSlow;
  }

  /** The consumer has a batch from now on, in milliseconds. */
  given(now: number): void {
    if (this.#begun < 0) this.#begun = now;
    this.#given = now;
  }

  /** It asks for the next one. */
  asked(now: number): void {
    this.#worked += now - this.#given;
    const lasted = now - this.#begun;
    if (lasted < span) return;
    if (this.#worked >= share * lasted) this.tell();
    this.#begun = now;
    this.#worked = 0;
  }

  /** Tells for another reason. */
  tell(): void {
    if (this.#isTold) return;
    this.#isTold = true;
    this.#onSlow();
  }
}
