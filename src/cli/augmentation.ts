import { type Augmenter, ImageDataGenerator, type ImageDataGeneratorOptions } from "cifar-kit";
import { UsageError } from "./command.ts";

/** What may be done to pictures, by its word. */
const CHANGES: Readonly<Record<string, ImageDataGeneratorOptions>> = {
  shift: { widthShiftRange: 0.1, heightShiftRange: 0.1 },
  flip: { horizontalFlip: true },
  turn: { rotationRange: 15 },
  zoom: { zoomRange: 0.15 },
};

/** The augmentation of a list such as `shift,flip`; of `none` none. @throws {UsageError} for other words. */
export function augmentationOf(list: string): Augmenter | undefined {
  if (list === "none") return undefined;
  const words = list.split(",");
  const strange = words.find((word) => !Object.hasOwn(CHANGES, word));
  if (strange !== undefined) {
    throw new UsageError(
      `expected none, or some of ${Object.keys(CHANGES).join(",")} for --augmentation, got ${JSON.stringify(strange)}`,
    );
  }
  return new ImageDataGenerator(
    Object.assign({}, ...words.map((word) => CHANGES[word])) as ImageDataGeneratorOptions,
  );
}
