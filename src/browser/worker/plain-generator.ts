import type { GeneratorState, ImageDataGenerator } from "../../augment/image-data-generator.ts";
import { check } from "../../checks.ts";

/** A generator as a message can carry it: functions stay where they are. */
export function plainGenerator(
  subject: string,
  generator: ImageDataGenerator,
  remedy: string,
): GeneratorState {
  const state = generator.getState();
  check(
    typeof state.options.preprocessingFunction !== "function",
    subject,
    "an augmentation without functions, which can be sent to a Worker",
    "one with a preprocessingFunction",
    remedy,
  );
  return state;
}
