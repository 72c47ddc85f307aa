export { cifar10Source, type Cifar10SourceOptions } from "./cifar10-source.ts";
export type { DownloadProgress } from "./download-progress.ts";
export { fileSystemIO } from "./file-system-io.ts";
export { folderSource } from "./folder-source.ts";
export { writePng, type WritePngOptions } from "./write-png.ts";
export { writeSvg } from "./write-svg.ts";
