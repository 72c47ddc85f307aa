/** A page without anything on it, through which tests reach the library. */
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import * as library from "cifar-kit";
import * as browser from "cifar-kit/browser";
import { registerSimdBackend } from "cifar-kit/simd";
import { tinyImages, tinyModel } from "../../helpers/tiny.ts";

await tf.setBackend("cpu");

const newTrainer = (backend: string): browser.Trainer =>
  browser.createTrainer(
    new Worker(new URL("./page-worker.ts", import.meta.url), { type: "module" }),
    { backend },
  );

const page = { ...library, ...browser, registerSimdBackend, tf, tinyImages, tinyModel, newTrainer };
/** What tests find in the page as `kit`. */
export type Page = typeof page;
Object.assign(globalThis, { kit: page });
