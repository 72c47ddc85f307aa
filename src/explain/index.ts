export type { ImagesInMemory } from "./batches-of.ts";
export type { Label } from "./class-label.ts";
export { gradCam, type GradCamOptions } from "./grad-cam.ts";
export type { ExplainOptions, HeatMaps } from "./heat-maps.ts";
export { saliency } from "./saliency.ts";
