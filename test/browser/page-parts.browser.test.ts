import { afterEach, describe, expect, it, vi } from "vitest";
import { plotConfusionMatrix, plotHistory } from "cifar-kit/plots";
import { mountPlot, recommendBackend } from "cifar-kit/browser";

const matrix = plotConfusionMatrix(
  [
    [3, 1],
    [0, 4],
  ],
  { classNames: ["cat", "dog"] },
);
const history = plotHistory({
  epochs: [0, 1],
  loss: [2, 1],
  accuracy: [0.2, 0.5],
  valLoss: [],
  valAccuracy: [],
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  document.body.replaceChildren();
});

describe("mountPlot", () => {
  it("draws a picture with a description, no wider than its element", async () => {
    const element = document.createElement("div");
    element.style.width = "200px";
    element.textContent = "before";
    document.body.append(element);
    const svg = await mountPlot(element, matrix);
    expect([...element.childNodes]).toEqual([svg]);
    expect(svg.getAttribute("role")).toBe("img");
    expect(svg.getAttribute("aria-label")).toMatch(/confusion matrix/i);
    expect(svg.getBoundingClientRect().width).toBe(200);
  });

  it("takes the colours of the page if it is to", async () => {
    const element = document.createElement("div");
    document.body.append(element);
    const paper = await mountPlot(element, history);
    expect(paper.outerHTML).toContain('fill="white"');
    const page = await mountPlot(element, history, { colors: "page" });
    expect(page.outerHTML).toContain('"currentColor"');
    expect(page.outerHTML).not.toMatch(/"(white|#262626|#767676|#e6e6e6)"/);
    // Numbers on coloured cells keep their own colours.
    const cells = await mountPlot(element, matrix, { colors: "page" });
    const texts = [...cells.querySelectorAll(".mark-text.role-mark text")].map((text) => [
      text.textContent,
      text.getAttribute("fill") === "currentColor",
    ]);
    expect(texts.slice(0, 4)).toEqual([
      ["3", false],
      ["1", false],
      ["0", false],
      ["4", false],
    ]);
    expect(texts.slice(4)).toEqual([["Number of samples", true]]);
    const large = plotConfusionMatrix([[1e20, 1e13], [0, 0]]); // prettier-ignore
    await mountPlot(element, large, { colors: "page" });
    const number = element.querySelectorAll(".mark-text.role-mark text")[1];
    expect([number.textContent, number.getAttribute("fill")]).toEqual(["1.0e+13", "#262626"]);
  });

  it("keeps the plot that was asked for last", async () => {
    const element = document.createElement("div");
    const [, last] = await Promise.all([mountPlot(element, matrix), mountPlot(element, history)]);
    expect(element.firstChild).toBe(last);
    expect(element.childNodes).toHaveLength(1);
  });

  it("checks its arguments", async () => {
    await expect(mountPlot("#plot" as never, matrix)).rejects.toThrow(/an element/);
    await expect(mountPlot(document.body, matrix, { colors: "dark" as never })).rejects.toThrow(
      /colors to be one of/,
    );
  });
});

describe("recommendBackend", () => {
  it("recommends simd where graphics are computed in software, and says why", async () => {
    const { backend, reason, threads, probes } = await recommendBackend();
    expect(backend).toBe("simd");
    expect(reason).toMatch(/^No graphics processor .* is the fastest without one\.$/);
    expect(threads).toBe(true);
    expect(probes.map((probe) => probe.backend)).toEqual([
      "simd",
      "webgpu",
      "webgl",
      "wasm",
      "cpu",
    ]);
    expect(probes.every(({ available, detail }) => available && detail.endsWith("."))).toBe(true);
  });

  it("prefers a graphics processor, and explains what is missing", async () => {
    const requestAdapter = vi
      .fn()
      .mockResolvedValue({ info: { vendor: "acme", architecture: "x1" } });
    vi.spyOn(navigator as unknown as { gpu: object }, "gpu", "get").mockReturnValue({
      requestAdapter,
    });
    expect((await recommendBackend()).backend).toBe("webgpu");
    requestAdapter.mockRejectedValue(new Error("no"));
    vi.spyOn(WebAssembly, "validate").mockReturnValue(false);
    const { backend, probes } = await recommendBackend();
    expect(backend).toBe("wasm");
    const detailOf = (name: string) => probes.find((probe) => probe.backend === name)!;
    expect(detailOf("simd")).toMatchObject({ available: false });
    expect(detailOf("webgpu")).toMatchObject({ available: false });
    vi.stubGlobal("OffscreenCanvas", undefined);
    const { probes: without } = await recommendBackend();
    expect(without.find((probe) => probe.backend === "webgl")).toMatchObject({ available: false });
  });
});
