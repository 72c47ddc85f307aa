/** A Worker that brings along what messages cannot carry. */
import "./worker-globals.ts";
import { ImageDataGenerator } from "cifar-kit";
import { serveTrainer } from "cifar-kit/browser";
import { BACKENDS } from "./backends.ts";
import { needsModel } from "./needs-model.ts";

serveTrainer({
  backends: BACKENDS,
  callbacks: () => [needsModel()],
  augmentation: new ImageDataGenerator({ preprocessingFunction: (image) => image }),
});
