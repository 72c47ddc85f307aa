export type { Bytes } from "../bytes/bytes.ts";
export type { ByteSource } from "./byte-source.ts";
export { CIFAR10_CLASS_NAMES, CIFAR10_LAYOUT, CIFAR10_MANIFESTS } from "./cifar10.ts";
export {
  CIFAR100_COARSE_CLASS_NAMES,
  CIFAR100_FINE_CLASS_NAMES,
  CIFAR100_MANIFESTS,
  type Cifar100LabelMode,
} from "./cifar100.ts";
export { decodeRecords, type DecodedRecords } from "./decode-records.ts";
export { decodeIdx, type IdxArray } from "./decode-idx.ts";
export { FASHION_MNIST_CLASS_NAMES, FASHION_MNIST_MANIFESTS } from "./fashion-mnist.ts";
export type { Images, PartOf } from "./check-image-set.ts";
export { ImageSet, type ImageSetParts } from "./image-set.ts";
export type { ImageStream } from "./image-stream.ts";
export type { ImageShape } from "./image-shape.ts";
export { loadCifar10, type Cifar10, type LoadCifar10Options } from "./load-cifar10.ts";
export { loadCifar100, type Cifar100, type LoadCifar100Options } from "./load-cifar100.ts";
export {
  loadFashionMnist,
  type FashionMnist,
  type LoadFashionMnistOptions,
} from "./load-fashion-mnist.ts";
export { loadIdx, type IdxManifest } from "./load-idx.ts";
export { loadRecords } from "./load-records.ts";
export type { RecordFile, RecordLayout, RecordManifest } from "./manifest.ts";
export type { Split, SplitOf } from "./split.ts";
export { normalize } from "./normalize.ts";
export { oneHot } from "./one-hot.ts";
export type { LeftOutFile } from "./left-out.ts";
export {
  pictureSet,
  type PictureFile,
  type PictureSet,
  type PictureSetOptions,
  type PictureSize,
} from "./picture-set.ts";
export type { Interpolation, Pixels } from "./resample.ts";
export { resizeImage, type ResizeImageOptions } from "./resize-image.ts";
export { type Fold, stratifiedKFold, type StratifiedKFoldOptions } from "./stratified-k-fold.ts";
export {
  trainValidationSplit,
  type TrainValidationSplit,
  type TrainValidationSplitOptions,
} from "./train-validation-split.ts";
