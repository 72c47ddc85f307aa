import { allocate } from "../bytes/allocate.ts";
import { checkBytes } from "../checks.ts";
import { DataError } from "../errors.ts";
import { CIFAR10_LAYOUT } from "./cifar10.ts";
import { recordLayout, recordSize, type RecordLayout } from "./manifest.ts";

/** Pixels and labels of decoded records. */
export interface DecodedRecords {
  /** Pixels 0..255 in NHWC order. */
  readonly images: Uint8Array;
  /** One class index per image. */
  readonly labels: Uint8Array;
}

/**
 * The pixels (NHWC) and labels of the records in `bytes`.
 * @param bytes whole records one after the other, without header or gap; not modified.
 * @param layout how a record is written; by default CIFAR-10's binary version.
 * @throws {ArgumentError} if `bytes` are no bytes or `layout` contradicts itself.
 * @throws {DataError} if the bytes are not whole records, or a label has no class; the message
 * names the record.
 */
export function decodeRecords(
  bytes: Uint8Array,
  layout: RecordLayout = CIFAR10_LAYOUT,
): DecodedRecords {
  const subject = "decodeRecords";
  checkBytes(subject, bytes);
  const settled = recordLayout()(layout, subject, "layout");
  const size = recordSize(settled);
  const count = bytes.length / size;
  if (count === 0 || !Number.isInteger(count)) {
    throw new DataError({
      subject,
      expected: `whole records of ${size} bytes, at least one`,
      got: `${bytes.length} bytes`,
      remedy: "the file is truncated or of another format: get it again",
    });
  }
  const purpose = { subject, what: `${count} images`, remedy: "pass fewer records at a time" };
  const images = allocate(Uint8Array, count * (size - settled.labelBytes), purpose);
  const labels = allocate(Uint8Array, count, purpose);
  decodeRecordsInto(bytes, settled, { images, labels, first: 0 });
  return { images, labels };
}

/**
 * {@link decodeRecords} for bytes known to be whole records, into arrays that already exist, from
 * sample `first` on.
 */
export function decodeRecordsInto(
  bytes: Uint8Array,
  layout: RecordLayout,
  { images, labels, first }: DecodedRecords & { readonly first: number },
): void {
  const { labelBytes, labelByte, numClasses, imageShape, pixelOrder } = layout;
  const [height, width, channels] = imageShape;
  const size = recordSize(layout);
  const plane = height * width;
  const count = bytes.length / size;
  for (let record = 0; record < count; record++) {
    const start = record * size;
    const label = bytes[start + labelByte];
    if (label >= numClasses) {
      throw new DataError({
        subject: "decodeRecords",
        expected: `labels in 0..${numClasses - 1}`,
        got: `label ${label} in record ${record}`,
        remedy: "the file is damaged or of another data set: get it again",
      });
    }
    labels[first + record] = label;
    const base = (first + record) * plane * channels;
    let from = start + labelBytes;
    if (pixelOrder === "interleaved") {
      images.set(bytes.subarray(from, start + size), base);
      continue;
    }
    const end = base + plane * channels;
    for (let channel = 0; channel < channels; channel++) {
      for (let to = base + channel; to < end; to += channels) images[to] = bytes[from++];
    }
  }
}
