import { ImageDataGenerator } from "cifar-kit";
import { tinyImages } from "../helpers/tiny.ts";
import { type Trials, type Untried, wrong } from "./trial.ts";

const PACKAGE = "needs a package that does not load: test/runtime/optional-package.test.ts";

const changed = (preprocessingFunction: (image: Float32Array) => Float32Array): unknown =>
  new ImageDataGenerator({ preprocessingFunction }).flow(tinyImages(6)).batch(0, 0);

export const trials: Trials = {
  "pass a function that is not async": [
    () => changed(wrong((image: never) => Promise.resolve(image))),
    () => changed((image) => image),
  ],
};

export const untried: Untried = {
  "run the tests with NODE_OPTIONS=--experimental-vm-modules, which lets import() work in them":
    PACKAGE,
  "see the cause; if files of it are missing or for another machine, install {} anew": PACKAGE,
  "{}{}": "what optionalPackage puts together: test/runtime/optional-package.test.ts",
};
