/** Leaves nothing of a model behind whose making fails half-way. */
import { engine } from "@tensorflow/tfjs-core";
import { nextTask } from "../runtime/event-loop.ts";

/** Makes something; if that fails, the variables that it has made are disposed. */
export function disposeOnError<T>(make: () => T): T {
  const undo = undoing();
  try {
    return make();
  } catch (error) {
    undo();
    throw error;
  }
}

/**
 * The same of code that is asynchronous in form only, waiting for nothing but settled promises: in a
 * task of its own nobody else comes in between, whose variables would be disposed with them.
 */
export async function disposeOnErrorAsync<T>(make: () => Promise<T>): Promise<T> {
  await nextTask();
  const undo = undoing();
  try {
    return await make();
  } catch (error) {
    undo();
    throw error;
  }
}

/** What disposes the variables that come up from now on. */
function undoing(): () => void {
  const before = new Set(Object.keys(engine().registeredVariables));
  return () => {
    for (const [name, variable] of Object.entries(engine().registeredVariables)) {
      if (!before.has(name)) variable.dispose();
    }
  };
}
