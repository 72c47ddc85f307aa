import type { RecordLayout, RecordManifest } from "./manifest.ts";

const names = (text: string): readonly string[] => Object.freeze(text.trim().split(/\s+/));

/** The 100 classes in label order, as the data set's authors spell them (fine_label_names.txt). */
export const CIFAR100_FINE_CLASS_NAMES: readonly string[] = /* @__PURE__ */ names(`
  apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle
  bowl boy bridge bus butterfly camel can castle caterpillar cattle
  chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur
  dolphin elephant flatfish forest fox girl hamster house kangaroo keyboard
  lamp lawn_mower leopard lion lizard lobster man maple_tree motorcycle mountain
  mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree
  plain plate poppy porcupine possum rabbit raccoon ray road rocket
  rose sea seal shark shrew skunk skyscraper snail snake spider
  squirrel streetcar sunflower sweet_pepper table tank telephone television tiger tractor
  train trout tulip turtle wardrobe whale willow_tree wolf woman worm
`);

/** The 20 groups of five classes each, in label order (coarse_label_names.txt). */
export const CIFAR100_COARSE_CLASS_NAMES: readonly string[] = /* @__PURE__ */ names(`
  aquatic_mammals fish flowers food_containers fruit_and_vegetables
  household_electrical_devices household_furniture insects large_carnivores
  large_man-made_outdoor_things large_natural_outdoor_scenes large_omnivores_and_herbivores
  medium_mammals non-insect_invertebrates people reptiles small_mammals trees vehicles_1 vehicles_2
`);

/** Which of a sample's two labels is meant: one of 100 classes, or one of 20 groups of them. */
export type Cifar100LabelMode = "fine" | "coarse";

/**
 * A record of the official binary version: the coarse label, the fine label, then 1024 bytes of
 * red, 1024 of green and 1024 of blue, each row by row.
 * @see https://www.cs.toronto.edu/~kriz/cifar.html
 */
const layout = (labelMode: Cifar100LabelMode): RecordLayout =>
  Object.freeze({
    labelBytes: 2,
    labelByte: labelMode === "coarse" ? 0 : 1,
    numClasses: labelMode === "coarse" ? 20 : 100,
    imageShape: Object.freeze([32, 32, 3] as const),
    pixelOrder: "planar",
  });

const manifest = (
  split: string,
  name: string,
  samples: number,
  labelMode: Cifar100LabelMode,
): RecordManifest =>
  Object.freeze({
    name: `CIFAR-100 ${split}`,
    files: Object.freeze([Object.freeze({ name, bytes: samples * 3074 })]),
    layout: layout(labelMode),
    classNames: labelMode === "coarse" ? CIFAR100_COARSE_CLASS_NAMES : CIFAR100_FINE_CLASS_NAMES,
  });

const manifests = (labelMode: Cifar100LabelMode) =>
  Object.freeze({
    train: manifest("train", "train.bin", 50_000, labelMode),
    test: manifest("test", "test.bin", 10_000, labelMode),
  });

/**
 * The two official files, read with either label. They carry no hash: the archive's SHA-256 is
 * published in several places, but those of the files inside it in only one. `cifar100Source` of
 * `cifar-kit/node` therefore verifies the archive on every load.
 */
export const CIFAR100_MANIFESTS: Readonly<
  Record<
    Cifar100LabelMode,
    {
      /** The training file. */
      readonly train: RecordManifest;
      /** The test file. */
      readonly test: RecordManifest;
    }
  >
> = /* @__PURE__ */ Object.freeze({
  fine: /* @__PURE__ */ manifests("fine"),
  coarse: /* @__PURE__ */ manifests("coarse"),
});
