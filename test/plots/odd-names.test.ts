/** Names are text: whatever a class is called, the picture is a well-formed document that shows it. */
import { describe, expect, it } from "vitest";
import { ImageSet } from "../../src/dataset/image-set.ts";
import { classificationReport } from "../../src/metrics/index.ts";
import {
  plotConfusionMatrix,
  plotHistory,
  plotPredictions,
  plotRoc,
  plotSample,
  plotSamples,
  toSvg,
  type VegaLiteSpec,
} from "../../src/plots/index.ts";

/** Some of the names that all objects of JavaScript have. */
const INHERITED = ["constructor", "toString", "valueOf", "hasOwnProperty", "__proto__"];
const rates = { falsePositiveRate: [0, 1], truePositiveRate: [0, 1] };

/** All pictures in which a name appears, as a class and as a title. */
function picturesOf(name: string): VegaLiteSpec[] {
  const set = new ImageSet({
    images: new Uint8Array(8),
    labels: Uint8Array.of(0, 1),
    imageShape: [2, 2, 1],
    classNames: [name, "other"],
  });
  const epoch = { loss: [1], accuracy: [] };
  return [
    plotConfusionMatrix([[1, 2], [3, 4]], { classNames: [name, "other"], title: name }), // prettier-ignore
    plotSample(set, 0, { title: name }),
    plotSamples(set),
    plotPredictions(set, { yPred: [1, 0] }),
    plotRoc({ name, ...rates }, { title: name }),
    plotHistory({ plain: epoch, augmented: epoch }, { phaseNames: [name, "other"] }),
    plotHistory(Object.fromEntries([[name, epoch], ["other", epoch]])), // prettier-ignore
  ];
}

describe("names that every object has", () => {
  it.each(INHERITED)("%s", async (name) => {
    const shown = name.length > 12 ? name.slice(0, 8) : `${name}<`;
    for (const spec of picturesOf(name)) expect(await toSvg(spec)).toContain(shown);
  });

  it("are keys of a report like any other", () => {
    const report = classificationReport([0, 1], [0, 1], { targetNames: ["__proto__", "toString"] });
    const text = JSON.stringify(report);
    expect(text).toMatch(/^\{"__proto__":\{"precision":1/);
    expect(Object.keys(report.toJSON())).toContain("toString");
  });
});

describe("characters that XML does not allow", () => {
  const NAMES = ["\0", "a\u0007b", "\u001b[31m", "\ud800", "\udc00x", "\ufffe", "a\u2028b"];

  it.each(NAMES)("%j", async (name) => {
    for (const spec of picturesOf(name)) {
      const svg = await toSvg(spec);
      // Allowed: tab, line ends, and all from the space on but surrogates and two others.
      expect(svg).toMatch(/^(?:[\t\n\r -\ud7ff\ue000-\ufffd]|[\u{10000}-\u{10ffff}])*$/u);
    }
  });

  it("are shown as unknown ones; pairs of surrogates stay", async () => {
    expect(await toSvg(plotRoc({ name: "a\u0007b🐦", ...rates }))).toContain(">a\ufffdb🐦<");
  });
});
