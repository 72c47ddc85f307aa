import type { PictureLoader } from "../dataset/image-stream.ts";
import { badPicturesError } from "../dataset/left-out.ts";
import { warnOfClippedGrey } from "../dataset/pictures/warn-of-clipped-grey.ts";
import { ArgumentError } from "../errors.ts";
import { ThreadError } from "./decode-threads.ts";
import { printable } from "../text/printable.ts";
import { JobQueue } from "./job-queue.ts";

/** Pixels of the pictures that are decoded at once, some 200 MB; one that has more is decoded alone. */
const MAX_PIXELS_AT_ONCE = 2 ** 26;

/** A picture of a stream, as far as it has been looked at. */
export interface StreamPicture {
  /** Below the folder. */
  readonly path: string;
  readonly source: string;
  /** In the file. */
  readonly bytes: number;
  /** Width times height; 0 where they are not known. */
  readonly pixels: number;
}

/** A wrong argument is the caller's fault, a thread that ends the system's. */
export const isNoPictureFault = (cause: unknown): boolean =>
  cause instanceof ArgumentError || cause instanceof ThreadError;

/** What decodes pictures. */
export interface PictureDecoder {
  /** Pictures that it decodes at once. */
  readonly atOnce: number;
  decode(source: string): Promise<{ pixels: Uint8Array; isClipped?: boolean | undefined }>;
  /** Ends its threads, if it has any; the next picture starts them anew. */
  close(): Promise<void>;
}

/**
 * Loads the pictures of a stream. The cache keeps what comes first and gives nothing up: every epoch goes
 * through all pictures, so that any of them are as good as any others.
 */
export class StreamLoader implements PictureLoader {
  readonly #subject: string;
  readonly #pictures: readonly StreamPicture[];
  readonly #decoder: PictureDecoder;
  readonly #queue: JobQueue;
  readonly #cache = new Map<number, Uint8Array>();
  #cacheBytesLeft: number;
  readonly #loading = new Map<number, Promise<Uint8Array>>();
  #users = 0;
  #hasWarned = false;

  constructor(
    subject: string,
    pictures: readonly StreamPicture[],
    decoder: PictureDecoder,
    cacheBytes: number,
  ) {
    this.#subject = subject;
    this.#pictures = pictures;
    this.#decoder = decoder;
    this.#queue = new JobQueue(decoder.atOnce, MAX_PIXELS_AT_ONCE);
    this.#cacheBytesLeft = cacheBytes;
  }

  open(): () => Promise<void> {
    this.#users++;
    let isOpen = true;
    return async () => {
      if (!isOpen) return;
      isOpen = false;
      if (--this.#users > 0) return;
      this.#loading.clear();
      await this.#queue.end();
      // Somebody else may have come meanwhile.
      if (this.#users === 0) await this.#decoder.close();
    };
  }

  /** @throws {DataError} if the picture cannot be decoded. */
  async load(picture: number): Promise<Uint8Array> {
    try {
      return await this.decoded(picture);
    } catch (cause) {
      if (isNoPictureFault(cause)) throw cause;
      const { path } = this.#pictures[picture];
      throw badPicturesError(this.#subject, [{ path, cause }], this.#pictures.length);
    }
  }

  /** The pixels of a picture. @throws whatever is wrong with it. */
  decoded(picture: number): Promise<Uint8Array> {
    const cached = this.#cache.get(picture);
    if (cached) return Promise.resolve(cached);
    const known = this.#loading.get(picture);
    if (known) return known;
    const { path, source, pixels: size } = this.#pictures[picture];
    const loading = this.#queue.run(size, async () => {
      try {
        const { pixels, isClipped } = await this.#decoder.decode(source);
        if (isClipped) this.#warn(path);
        this.#keep(picture, pixels);
        return pixels;
      } finally {
        this.#loading.delete(picture);
      }
    });
    this.#loading.set(picture, loading);
    return loading;
  }

  #keep(picture: number, pixels: Uint8Array): void {
    if (pixels.length > this.#cacheBytesLeft) return;
    this.#cacheBytesLeft -= pixels.length;
    this.#cache.set(picture, pixels);
  }

  #warn(path: string): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    warnOfClippedGrey(this.#subject, `${printable(path)}, and perhaps in others`);
  }
}
