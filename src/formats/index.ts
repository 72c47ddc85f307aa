export { readSafetensors } from "./read-safetensors.ts";
export type { SafetensorsData, SafetensorsDtype } from "./safetensors-dtype.ts";
export type { SafetensorsContent, SafeTensor } from "./safetensors.ts";
export { writeSafetensors } from "./write-safetensors.ts";
