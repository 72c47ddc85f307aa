/**
 * What needs Node: files, the download cache, PNG files, signals.
 *
 * @module cifar-kit/node
 */
export { cifar10Source, type Cifar10SourceOptions } from "./cifar10-source.ts";
export { cifar100Source, type Cifar100SourceOptions } from "./cifar100-source.ts";
export type { DownloadProgress } from "./download-progress.ts";
export { fileCheckpointStore } from "./file-checkpoint-store.ts";
export { fileSystemIO, type FileSystemOptions } from "./file-system-io.ts";
export { folderSource } from "./folder-source.ts";
export { InterruptError, interruptSignal } from "./interrupt-signal.ts";
export { imageFolder, type ImageFolderOptions } from "./image-folder.ts";
export { imageStream, type ImageStreamOptions, type ScanProgress } from "./image-stream.ts";
export { imageFromFile } from "./image-from-file.ts";
export type { ImageFromFileOptions } from "../dataset/pictures/image-options.ts";
export { loadPretrained, type LoadPretrainedOptions } from "./load-pretrained.ts";
export { writeFileAtomic } from "./write-file-atomic.ts";
export { writePng, type WritePngOptions } from "./write-png.ts";
export { writeSvg } from "./write-svg.ts";
