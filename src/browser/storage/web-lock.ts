import { SourceError } from "../../errors.ts";

/**
 * A name that belongs to one tab or Worker of this site until it is released, or the tab is closed,
 * crashes or navigates away: the browser itself keeps the book.
 */
export class WebLock {
  readonly #release: () => void;
  #isHeld = true;

  private constructor(release: () => void) {
    this.#release = release;
  }

  /**
   * Claims a name.
   * @throws {SourceError} if somebody else holds it.
   */
  static async take(subject: string, name: string, what: string): Promise<WebLock> {
    const { locks } = navigator as { locks?: LockManager };
    if (!locks) {
      throw new SourceError({
        subject,
        expected: "a page from https or localhost, where the browser has Web Locks",
        got: `${location.origin}, where it has none`,
        remedy: "serve the page over https",
      });
    }
    return new Promise((resolve, reject) => {
      let lock: WebLock | undefined;
      const held = locks.request(`cifar-kit:${name}`, { ifAvailable: true }, (granted) => {
        if (granted === null) {
          reject(
            new SourceError({
              subject,
              expected: `${what} for this run alone`,
              got: "another run that uses it, in this tab or another",
              remedy: "end that run or close its tab, or choose another name",
            }),
          );
          return;
        }
        return new Promise<void>((release) => {
          lock = new WebLock(release);
          resolve(lock);
        });
      });
      // Settles at the end of the claim: rejects if somebody took it away by force.
      held
        .finally(() => {
          if (lock) lock.#isHeld = false;
        })
        .catch(reject);
    });
  }

  /** Whether nobody has taken it away. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  release(): void {
    this.#release();
  }
}
