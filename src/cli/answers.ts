/** What a model says about pictures in files. */
import { predict, type PredictOptions } from "cifar-kit";
import { imageFromFile } from "cifar-kit/node";
import { encodePng } from "../bytes/encode-png.ts";
import { CifarKitError } from "../errors.ts";
import type { Classifier } from "./model-files.ts";

/** A class, and how probable it is. */
interface Guess {
  readonly className: string;
  readonly probability: number;
}

/** What a model says about a picture: its most probable class, and further ones, the most probable first. */
export interface Answer extends Guess {
  readonly path: string;
  readonly classes: readonly Guess[];
}

/** A picture that cannot be read, and why. */
export interface Unread {
  readonly path: string;
  readonly error: string;
}

/** Pictures that are decoded before they are classified. */
const AT_ONCE = 64;

/** Classifies pictures, in their order; gives the `top` most probable classes of each. */
export async function* answersFor(
  paths: readonly string[],
  classifier: Classifier,
  { top, ...views }: { readonly top: number } & PredictOptions,
): AsyncGenerator<Answer | Unread> {
  const { model, classNames, imageShape, fit } = classifier;
  // Without the package that decodes, this says so once, and not of each picture.
  await imageFromFile(encodePng(new Uint8Array(3), [1, 1, 3]));
  for (let from = 0; from < paths.length; from += AT_ONCE) {
    const read = await Promise.all(
      paths.slice(from, from + AT_ONCE).map(async (path) => {
        try {
          return { path, image: await imageFromFile(path, { imageShape, fit }) };
        } catch (error) {
          if (error instanceof CifarKitError) return { path, error: error.message };
          throw error;
        }
      }),
    );
    const images = read.flatMap(({ image }) => (image ? [image] : []));
    const probabilities =
      images.length === 0 ? [] : (await predict(model, joined(images), views)).probabilities;
    let row = 0;
    for (const { path, error } of read) {
      if (error !== undefined) yield { path, error };
      else {
        const own = probabilities.slice(row, (row += classNames.length));
        const classes = Array.from(own, (probability, label) => ({
          className: classNames[label],
          probability,
        })).sort((a, b) => b.probability - a.probability);
        yield { path, ...classes[0], classes: classes.slice(0, top) };
      }
    }
  }
}

function joined(images: readonly Uint8Array[]): Uint8Array {
  const [{ length }] = images;
  const all = new Uint8Array(images.length * length);
  images.forEach((image, i) => {
    all.set(image, i * length);
  });
  return all;
}
