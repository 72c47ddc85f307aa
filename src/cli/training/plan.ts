import type { ImageShape, PretrainedNetwork } from "cifar-kit";
import { augmentationOf } from "../augmentation.ts";
import { UsageError, type Values } from "../command.ts";
import { CIFAR10 } from "../lessons.ts";
import { FITS } from "../model-files.ts";
import { defaultOut } from "../out-folder.ts";
import { countOf, text, wordOf } from "../values.ts";

/** What the pretrained networks take. */
const KNOWN_SIZE = 32;
/** What leaves most things what they are. */
const USUAL = "shift,flip";

/** The options of `train`, read: the same arguments always give the same plan. */
export function readPlan(source: string, values: Values) {
  const isCifar10 = source === CIFAR10;
  const fromScratch = isCifar10 || values["from-scratch"] === true;
  const networks: readonly PretrainedNetwork[] =
    fromScratch && !isCifar10 ? ["notebook", "fast"] : ["fast", "notebook"];
  const network = wordOf(values, "network", networks);
  const size = countOf(values, "size");
  if (size !== undefined && size !== KNOWN_SIZE && (!fromScratch || isCifar10)) {
    throw new UsageError(
      isCifar10
        ? "expected --size with a folder of pictures, got cifar10, whose images have 32"
        : "expected --size together with --from-scratch: the network to start from takes 32",
    );
  }
  const side = size ?? KNOWN_SIZE;
  const isFastCourse = isCifar10 && network === "fast";
  // The fast recipe is a whole, with an augmentation of its own.
  const isRecipe = fromScratch && network === "fast";
  const augmentation = text(values, "augmentation");
  if (isRecipe && augmentation !== undefined) {
    throw new UsageError("expected no --augmentation with the fast recipe, which has its own");
  }
  return {
    source,
    out: text(values, "out") ?? defaultOut(source),
    /** The folder of the pictures, if they come from one. */
    folder: isCifar10 ? undefined : source,
    keptApart: keptApartOf(values, isCifar10),
    fitting: {
      imageShape: [side, side, 3] as ImageShape,
      fit: wordOf(values, "fit", FITS),
    },
    limit: countOf(values, "limit"),
    seed: countOf(values, "seed", 0) ?? 0,
    ...{
      network,
      fromScratch,
      augmentationList: isRecipe ? "that of the fast recipe" : (augmentation ?? USUAL),
    },
    augmentation: isRecipe ? undefined : augmentationOf(augmentation ?? USUAL),
    epochs: countOf(values, "epochs") ?? (isFastCourse ? 8 : 25),
    batchSize: countOf(values, "batch-size") ?? (isFastCourse ? 500 : 32),
  };
}

/** A plan of a training. */
export type Plan = ReturnType<typeof readPlan>;

/** A share, or the path of a folder. */
function keptApartOf(values: Values, isCifar10: boolean): number | string {
  const value = text(values, "validation");
  if (value === undefined) return 0.2;
  if (isCifar10) {
    throw new UsageError("expected no --validation with cifar10, which has test images of its own");
  }
  if (value.trim() === "" || Number.isNaN(Number(value))) return value;
  const share = Number(value);
  if (share > 0 && share < 1) return share;
  throw new UsageError(
    `expected a share between 0 and 1, or a folder, for --validation, got ${value}`,
  );
}
