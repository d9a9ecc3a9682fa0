// Asks again and again: often while there is something to see, seldom when not, never unseen.

const MAX_WAIT = 30_000; // milliseconds between two questions while there is no answer

/**
 * Calls `look` now and again. It resolves to the milliseconds until the next look; when it throws,
 * `lost(error, milliseconds)` is told, and the wait doubles from `first` on.
 */
export class Polling {
  #timer = 0;
  #failures = 0;
  #running = false;
  #again = false;

  constructor(look, lost, first = 1_000) {
    this.look = look;
    this.lost = lost;
    this.first = first;
    document.addEventListener("visibilitychange", () => this.now());
    window.addEventListener("online", () => this.now());
  }

  /** Look at once, unless nobody would see it. */
  async now() {
    clearTimeout(this.#timer);
    if (document.hidden) return;
    if (this.#running) {
      this.#again = true; // what is under way may be older than what happened since
      return;
    }
    this.#running = true;
    this.#again = false;
    const wait = await this.#step();
    this.#running = false;
    this.#timer = setTimeout(() => this.now(), this.#again ? 0 : wait);
  }

  async #step() {
    try {
      const wait = await this.look();
      this.#failures = 0;
      return wait;
    } catch (error) {
      const doubled = this.first * 2 ** this.#failures++;
      const wait = Math.min(MAX_WAIT, Math.max(doubled, 1_000 * (error.seconds || 0)));
      this.lost(error, wait);
      return wait;
    }
  }
}
