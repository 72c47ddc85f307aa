import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { vi } from "vitest";
import { plotHistory, type VegaLiteSpec } from "cifar-kit/plots";
import { writePng, writeSvg, type WritePngOptions } from "cifar-kit/node";
import { FONT_BASE64 } from "../../../src/node/fonts/dejavu-sans.generated.ts";
import { createSpec } from "../../../src/plots/spec.ts";
import type { Trials } from "../trial.ts";
import { newFolder } from "./network.ts";

const history = plotHistory({ loss: [2, 1], accuracy: [0.3, 0.5] });
const png = (options?: WritePngOptions, spec: VegaLiteSpec = history): Promise<void> =>
  writePng(join(newFolder(), "a.png"), spec, options);
const svg = (spec: VegaLiteSpec): Promise<void> => writeSvg(join(newFolder(), "a.svg"), spec);

const square = (size: number): VegaLiteSpec =>
  createSpec(
    "square",
    { top: 0, right: 0, bottom: 0, left: 0 },
    { width: size, height: size, mark: "point" },
  );
/** As if the picture were too much for the renderer, as one of 350 levels or a million points is. */
async function overload(): Promise<void> {
  vi.doMock("@resvg/resvg-js", () => ({
    Resvg: function () {
      throw new Error("SVG data parsing failed cause nodes limit reached");
    },
  }));
  try {
    await png();
  } finally {
    vi.doUnmock("@resvg/resvg-js");
  }
}
/** A file of this name with these bytes. */
function file(bytes: string | Uint8Array): string {
  const path = join(newFolder(), "font.ttf");
  writeFileSync(path, bytes);
  return path;
}
const font = (): string => file(Buffer.from(FONT_BASE64, "base64"));
async function withTmpdir(folder: string): Promise<void> {
  const path = join(newFolder(), "a.png");
  vi.stubEnv("TMPDIR", folder);
  try {
    await writePng(path, history);
  } finally {
    vi.unstubAllEnvs();
  }
}

export const trials: Trials = {
  "correct the specification, or write an SVG with writeSvg": [
    overload,
    async () => {
      await png();
      await svg(history);
    },
  ],
  "choose another scale, or write an SVG with writeSvg": [
    () => png({ scale: 8 }, square(3000)),
    async () => {
      await png({ scale: 0.1 }, square(3000));
      await svg(square(3000));
    },
  ],
  "set TMPDIR (on Windows TEMP) to a folder that you may write to": [
    () => withTmpdir(file("")),
    () => withTmpdir(newFolder()),
  ],
  "correct the path in fontFiles": [
    () => png({ fontFiles: ["nowhere.ttf"] }),
    () => png({ fontFiles: [font()] }),
  ],
  "pass fonts in fontFiles; a WOFF has to be unpacked first": [
    () => png({ fontFiles: [file("wOFF")] }),
    () => png({ fontFiles: [font()] }),
  ],
};
