import { imageFlow } from "../../augment/image-flow.ts";
import { check } from "../../checks.ts";
import type { ImageSet } from "../../dataset/image-set.ts";
import { warnOfScalingTwice } from "./byte-like.ts";
import type { ModelCall, Feed, FeedUse, TrainingUse } from "./feed.ts";
import { flowFeed } from "./flow-feed.ts";
import { sampleOf } from "./identity.ts";

/** An image set: to train on in a new order every epoch, augmented if asked, else as it stands. */
export function setFeed(call: ModelCall, set: ImageSet, use: FeedUse): Feed {
  const { subject } = call;
  if (use.purpose === "training") return trainingFeed(call, set, use);
  check(set.length > 0, subject, "at least one image", "an empty set", "pass a set with images");
  warnOfScalingTwice(subject, call.model);
  let classes = 0;
  for (const label of set.labels) classes = Math.max(classes, label + 1);
  return flowFeed(call, imageFlow(set, { batchSize: use.batchSize, shuffle: false }), use, classes);
}

function trainingFeed(call: ModelCall, set: ImageSet, use: TrainingUse): Feed {
  const { subject } = call;
  const { augmentation, batchSize, seed, dropRemainder = augmentation !== undefined } = use;
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
  if (!augmentation) warnOfScalingTwice(subject, call.model);
  const options = { batchSize, seed };
  const flow = (augmentation ?? { flow: imageFlow }).flow(set, options);
  return {
    ...flowFeed(call, flow, { ...use, augmentation: undefined, dropRemainder }),
    identity: async (hashOf) => ({
      data: await hashOf(set),
      augmentation: augmentation
        ? await sampleOf(augmentation.flow(set, { shuffle: false, seed }))
        : null,
    }),
  };
}
