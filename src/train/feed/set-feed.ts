import { imageFlow } from "../../augment/image-flow.ts";
import { isAugmenter } from "../../augment/augmenter.ts";
import { check, describe } from "../../checks.ts";
import type { ImageSet } from "../../dataset/image-set.ts";
import { warnOfScalingTwice } from "./byte-like.ts";
import type { Eater, Feed, FeedUse, TrainingUse } from "./feed.ts";
import { flowFeed } from "./flow-feed.ts";
import { sampleOf } from "./identity.ts";

/** An image set: to train on in a new order every epoch, augmented if asked, else as it stands. */
export function setFeed(eater: Eater, set: ImageSet, use: FeedUse): Feed {
  const { subject } = eater;
  if (use.purpose === "training") return trainingFeed(eater, set, use);
  check(set.length > 0, subject, "at least one image", "an empty set", "pass a set with images");
  warnOfScalingTwice(subject, eater.model);
  let classes = 0;
  for (const label of set.labels) classes = Math.max(classes, label + 1);
  return flowFeed(
    eater,
    imageFlow(set, { batchSize: use.batchSize, shuffle: false }),
    use,
    classes,
  );
}

function trainingFeed(eater: Eater, set: ImageSet, use: TrainingUse): Feed {
  const { subject } = eater;
  const { augmentation, batchSize, seed, dropRemainder = augmentation !== undefined } = use;
  check(
    augmentation === undefined || isAugmenter(augmentation),
    subject,
    "augmentation to be an augmenter, with a method flow",
    describe(augmentation),
    "pass new ImageDataGenerator({ ... }) or pipeline(randomCrop(), alternatingFlip())",
  );
  const least = dropRemainder ? batchSize : 1;
  check(
    set.length >= least,
    subject,
    `at least ${least} training image${least === 1 ? "" : "s"}`,
    `${set.length}`,
    dropRemainder
      ? "pass more images, a smaller batchSize, or dropRemainder: false"
      : "pass a set with images",
  );
  if (!augmentation) warnOfScalingTwice(subject, eater.model);
  const options = { batchSize, seed };
  const flow = (augmentation ?? { flow: imageFlow }).flow(set, options);
  return {
    ...flowFeed(eater, flow, { ...use, augmentation: undefined, dropRemainder }),
    identity: async (hashOf) => ({
      data: await hashOf(set),
      augmentation: augmentation
        ? await sampleOf(augmentation.flow(set, { shuffle: false, seed }))
        : null,
    }),
  };
}
