import { SourceError } from "../../errors.ts";

/**
 * A name that belongs to one tab or Worker of this site until it is released, or the tab is closed,
 * crashes or navigates away: the browser itself keeps the book.
 */
export class WebLock {
  readonly #letGo: () => void;
  /** Resolves when it is no longer held. */
  readonly #ended: Promise<void>;
  #isHeld = true;

  private constructor(letGo: () => void, ended: Promise<void>) {
    this.#letGo = letGo;
    this.#ended = ended.then(() => {
      this.#isHeld = false;
    });
  }

  /**
   * Claims a name.
   * @throws {SourceError} if somebody else holds it.
   */
  static take(subject: string, name: string, what: string): Promise<WebLock> {
    const { locks } = navigator as { locks?: LockManager };
    return new Promise((resolve, reject) => {
      if (!locks) throw insecure(subject);
      const held = locks.request(`cifar-kit:${name}`, { ifAvailable: true }, (granted) => {
        if (granted === null) throw taken(subject, what);
        return new Promise<void>((letGo) => {
          // Rejects if somebody took it away by force.
          const ended = Promise.resolve().then(() => held.catch(() => undefined));
          resolve(new WebLock(letGo, ended));
        });
      });
      held.catch(reject);
    });
  }

  /** Whether nobody has taken it away. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Gives it up; resolves when others can have it. */
  release(): Promise<void> {
    this.#letGo();
    return this.#ended;
  }
}

function taken(subject: string, what: string): SourceError {
  return new SourceError({
    subject,
    expected: `${what} for this run alone`,
    got: "another run that uses it, in this tab or another",
    remedy: "end that run or close its tab, or choose another name",
  });
}

function insecure(subject: string): SourceError {
  return new SourceError({
    subject,
    expected: "a page from https or localhost, where the browser has Web Locks",
    got: `${location.origin}, where it has none`,
    remedy: "serve the page over https",
  });
}
