/**
 * For pages and Web Workers: data over HTTP, checkpoints in the browser, training in a Worker.
 *
 * @module cifar-kit/browser
 */
export { downloadIO } from "./download-io.ts";
export { httpSource, type HttpSourceOptions } from "./http-source.ts";
export type { HttpProgress } from "./fetch-request.ts";
export { imageFromFile } from "./image-from-file.ts";
export type { ImageFromFileOptions } from "../dataset/pictures/image-options.ts";
export { loadPretrained, type LoadPretrainedOptions } from "./load-pretrained.ts";
export { mountPlot, type MountPlotOptions } from "./mount-plot.ts";
export { opfsCheckpointStore } from "./opfs-checkpoint-store.ts";
export { opfsIO, type OpfsModel } from "./opfs-io.ts";
export {
  type BackendProbe,
  type BackendRecommendation,
  type BrowserBackend,
  recommendBackend,
} from "./recommend-backend.ts";
export {
  createTrainer,
  type CreateTrainerOptions,
  type Trainer,
  type WorkerTrainingOptions,
} from "./worker/create-trainer.ts";
export type { TrainerInfo, TrainerProgress } from "./worker/protocol.ts";
export { serveTrainer, type ServeTrainerOptions } from "./worker/serve-trainer.ts";
