/** Trains a tiny network for two epochs with the progress line of the style that is named. */
import "@tensorflow/tfjs-backend-cpu";
import { progressBar, trainPhase } from "cifar-kit";
import { tinyImages, tinyModel } from "../../helpers/tiny.ts";

// Of quick steps only ten a second are drawn.
let now = 0;
performance.now = () => (now += 50);

const set = tinyImages(40);
const callbacks = [progressBar({ style: process.argv[2] as "keras2" | "keras3" })];
await trainPhase(tinyModel(), { train: set, validation: set, batchSize: 1, epochs: 2, callbacks });
