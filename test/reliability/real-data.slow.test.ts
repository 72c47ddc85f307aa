import { expect, it } from "vitest";
import { CIFAR10_MANIFESTS, DataError, loadCifar10, randomStream, type Rng } from "cifar-kit";
import { cifar10Source } from "cifar-kit/node";
import { realCifar10, REAL_DATA_TIMEOUT } from "../helpers/real-data.ts";

const PAGE = 4096;
const RECORD = 3073;
const DAMAGES = 2_000;

/** Kinds of damage; each changes a file of whole records, and gives another one or the same. */
const KINDS: Record<string, (file: Buffer, rng: Rng) => Buffer> = {
  "a flipped bit": (file, rng) => flip(file, rng),
  "two flipped bits": (file, rng) => flip(flip(file, rng), rng),
  "a page of zeros": (file, rng) => file.fill(0, ...page(file, rng)),
  "two pages exchanged": (file, rng) => {
    const [a, b] = [page(file, rng), page(file, rng)];
    const kept = Buffer.from(file.subarray(...a));
    file.copy(file, a[0], ...b);
    kept.copy(file, b[0]);
    return file;
  },
  "a byte too many": (file, rng) => Buffer.concat([file, Buffer.of(rng.integer(256))]),
  "a record less": (file) => file.subarray(0, file.length - RECORD),
  "a record in the place of another": (file, rng) => {
    const [from, to] = [rng.integer(9_999), 9_999];
    file.copy(file, to * RECORD, from * RECORD, (from + 1) * RECORD);
    return file;
  },
};

function flip(file: Buffer, rng: Rng): Buffer {
  file[rng.integer(file.length)] ^= 1 << rng.integer(8);
  return file;
}

function page(file: Buffer, rng: Rng): [number, number] {
  const at = PAGE * rng.integer(Math.floor(file.length / PAGE));
  return [at, at + PAGE];
}

it(
  `${DAMAGES} random damages of a real file are refused, each one`,
  { timeout: REAL_DATA_TIMEOUT + 1_200_000 },
  async () => {
    await realCifar10();
    const { name } = CIFAR10_MANIFESTS.test.files[0];
    const whole = Buffer.from(await cifar10Source().read(name));
    const file = Buffer.from(whole);
    const kinds = Object.entries(KINDS);
    for (let i = 0; i < DAMAGES; i++) {
      const [kind, damage] = kinds[i % kinds.length];
      const damaged = damage(file, randomStream(0, "damages of a real file", i));
      // Two pages may have been alike, two bits the same: then nothing is wrong.
      if (!damaged.equals(whole)) {
        const source = { read: () => Promise.resolve<Uint8Array>(damaged) };
        const loading = loadCifar10(source, { split: "test" });
        await expect(loading, `${kind}, number ${i}`).rejects.toThrow(DataError);
      }
      whole.copy(file);
    }
  },
);
