import { util } from "@tensorflow/tfjs-core";

/** A chunk of rows has about so many elements: it stays in a second-level cache. */
const CHUNK_ELEMENTS = 16384;
const MAXIMUM_CHUNKS = 256;

/** A tensor seen as a matrix of rows along its last axis, cut into chunks. */
export interface RowChunks {
  readonly rows: number;
  readonly channels: number;
  readonly perChunk: number;
  readonly chunks: number;
  /** Bytes of one float for each channel, channels rounded up to four. */
  readonly pitch: number;
}

/** Cuts the rows of a tensor into chunks; how depends on its shape alone. */
export function rowChunks(shape: readonly number[]): RowChunks {
  const channels = shape.at(-1) ?? 1;
  const rows = channels === 0 ? 0 : util.sizeFromShape([...shape]) / channels;
  const perChunk = Math.max(
    1,
    Math.ceil(rows / MAXIMUM_CHUNKS),
    Math.floor(CHUNK_ELEMENTS / Math.max(1, channels)),
  );
  const pitch = Math.ceil(channels / 4) * 16;
  return { rows, channels, perChunk, chunks: Math.ceil(rows / perChunk), pitch };
}
