/** Draws one image with its label, and ten random ones. */
import { loadCifar10, plotSample, plotSamples } from "cifar-kit";
import { cifar10Source, writePng } from "cifar-kit/node";

const OUTPUT = "runs/examples";

const { train } = await loadCifar10(cifar10Source(), { split: "train" });
await writePng(`${OUTPUT}/sample.png`, plotSample(train, 0));
await writePng(`${OUTPUT}/samples.png`, plotSamples(train, { count: 10, seed: 1 }));
console.log(`sample.png and samples.png are in ${OUTPUT}/`);
