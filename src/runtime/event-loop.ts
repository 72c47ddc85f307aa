/**
 * Lets the event loop run in the middle of long work: timers, input, other requests. Backends that
 * compute in the calling thread never leave it by themselves.
 */

/** Milliseconds of work after which others get their turn: two frames of a screen. */
const TURN_MS = 30;

/** Resolves in a new task of the event loop, as soon as others had their turn. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    // A message is not slowed down in hidden tabs as timers are; Node's immediate is cheaper still.
    if (typeof setImmediate === "function") {
      setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (): void => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

/** A pause for a loop: its call gives way to the event loop whenever a turn is over. */
export function createPause(): () => Promise<void> {
  let turnBegan = performance.now();
  return async () => {
    if (performance.now() - turnBegan < TURN_MS) return;
    await nextTask();
    turnBegan = performance.now();
  };
}
