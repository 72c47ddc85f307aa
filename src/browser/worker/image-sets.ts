/** Image sets on their way into the Worker: in parts, so that no task of the page takes long. */
import { allocate } from "../../bytes/allocate.ts";
import { ImageSet } from "../../dataset/image-set.ts";
import type { SetOutline, SetPart } from "./protocol.ts";
import type { Remote } from "./remote.ts";

/** Copying so much takes a millisecond or two. */
const PART_BYTES = 4 * 2 ** 20;
/** Sets that stay in the Worker: those of a run, and those of an evaluation. */
const KEPT = 4;

/** In the page: sends sets, and remembers which are there. */
export class SetSender {
  readonly #remote: Remote;
  /** Ids of the sets in the Worker, the one that was used last at the end. */
  readonly #ids = new Map<ImageSet, number>();
  #lastId = 0;

  constructor(remote: Remote) {
    this.#remote = remote;
  }

  /** The id of a set in the Worker. */
  async send(set: ImageSet): Promise<number> {
    const known = this.#ids.get(set);
    this.#ids.delete(set);
    const id = known ?? (await this.#sendNew(set));
    this.#ids.set(set, id);
    for (const [old, oldId] of this.#ids) {
      if (this.#ids.size <= KEPT) break;
      this.#ids.delete(old);
      await this.#remote.call("dropSet", oldId);
    }
    return id;
  }

  async #sendNew({ images, labels, imageShape, classNames, paths }: ImageSet): Promise<number> {
    const id = ++this.#lastId;
    const outline: SetOutline = { id, labels: labels.slice(), imageShape, classNames, paths };
    await this.#remote.call("openSet", outline, [outline.labels.buffer]);
    for (let at = 0; at < images.length; at += PART_BYTES) {
      const part: SetPart = { id, at, bytes: images.slice(at, at + PART_BYTES) };
      await this.#remote.call("fillSet", part, [part.bytes.buffer]);
    }
    return id;
  }
}

/** In the Worker: the sets that have come. */
export class SetReceiver {
  readonly #outlines = new Map<number, SetOutline & { readonly images: Uint8Array }>();

  open(outline: SetOutline): void {
    const [height, width, channels] = outline.imageShape;
    const images = allocate(Uint8Array, outline.labels.length * height * width * channels, {
      subject: "Trainer",
      what: `the Worker's copy of ${outline.labels.length} images`,
      remedy: "train on fewer images, or on smaller ones",
    });
    this.#outlines.set(outline.id, { ...outline, images });
  }

  fill({ id, at, bytes }: SetPart): void {
    this.#outlines.get(id)!.images.set(bytes, at);
  }

  drop(id: number): void {
    this.#outlines.delete(id);
  }

  get(id: number): ImageSet {
    const { images, labels, imageShape, classNames, paths } = this.#outlines.get(id)!;
    return new ImageSet({ images, labels, imageShape, classNames, paths });
  }
}
