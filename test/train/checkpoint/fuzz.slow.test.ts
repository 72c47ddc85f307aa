import { expect, it } from "vitest";
import { fuzzDecoder } from "./fuzz.ts";

/** Inputs to try; more by `CIFAR_KIT_FUZZ=100000`. */
const INPUTS = Number(process.env.CIFAR_KIT_FUZZ ?? 10_000);

it(
  `the checkpoint reader refuses ${INPUTS} damaged and forged files with its own errors`,
  { timeout: 60_000 + INPUTS * 20 },
  async () => {
    await fuzzDecoder(1_000, 2);
    const { accepted, refused, kinds, growth } = await fuzzDecoder(INPUTS, 3);
    console.log(
      `${refused} refused, ${accepted} accepted, heap ${(growth / 2 ** 20).toFixed(1)} MiB`,
    );
    console.log(
      [...kinds]
        .sort((a, b) => b[1] - a[1])
        .map(([kind, n]) => `${n} x ${kind}`)
        .join("\n"),
    );
    expect(growth).toBeLessThan(2 ** 20);
  },
);
