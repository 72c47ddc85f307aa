/** The program of a thread that decodes pictures, one after the other. `DecodeThreads` starts it and ends it. */
import { parentPort, workerData } from "node:worker_threads";
import type { ImageShape } from "../dataset/image-shape.ts";
import { reasonOf } from "../dataset/left-out.ts";
import { resizePicture, type ResizeSettings } from "../dataset/resize-image.ts";
import { messageOf } from "../text/describe.ts";
import { pictureOpener } from "./decode-picture.ts";

/** What such a thread is told when it starts. */
export interface DecodeSettings {
  readonly subject: string;
  readonly imageShape: ImageShape;
  readonly resize: ResizeSettings;
  readonly maxPixels: number;
}

/** What it answers to the path of a picture. */
export type DecodeAnswer =
  | { readonly pixels: Uint8Array; readonly isClipped?: boolean | undefined }
  | { readonly problem: { readonly message: string; readonly reason: string } };

const { subject, imageShape, resize, maxPixels } = workerData as DecodeSettings;
const opener = pictureOpener(subject, maxPixels);

async function decode(path: string): Promise<DecodeAnswer> {
  try {
    const picture = await (await (await opener)(path)).decode();
    const pixels = resizePicture(subject, picture, imageShape, resize);
    return { pixels, isClipped: picture.isClipped };
  } catch (cause) {
    return { problem: { message: messageOf(cause), reason: reasonOf(cause) } };
  }
}

const port = parentPort!;
port.on("message", (path: string | null) => {
  if (path === null) {
    port.close();
    return;
  }
  void decode(path).then((answer) => {
    port.postMessage(answer, "pixels" in answer ? [answer.pixels.buffer as ArrayBuffer] : []);
  });
});
