import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { ImageSet } from "../../src/dataset/image-set.ts";
import { ArgumentError, DataError, SourceError } from "../../src/errors.ts";
import { FONT_BASE64 } from "../../src/node/fonts/dejavu-sans.generated.ts";
import { writePng } from "../../src/node/write-png.ts";
import { writeSvg } from "../../src/node/write-svg.ts";
import { plotHistory, plotSample, toSvg } from "../../src/plots/index.ts";
import type { VegaLiteSpec } from "../../src/plots/index.ts";
import { createSpec, fixedText } from "../../src/plots/spec.ts";
import { textWidth } from "../../src/plots/text-width.ts";
import type { Png } from "../plots/read-png.ts";
import { readPng } from "../plots/read-png.ts";

const folder = mkdtempSync(join(tmpdir(), "cifar-kit-pictures-"));
const file = (name: string): string => join(folder, name);
const history = plotHistory({ loss: [2, 1], accuracy: [0.3, 0.5] });

afterEach(() => {
  vi.doUnmock("@resvg/resvg-js");
  vi.unstubAllEnvs();
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A picture of one line of text at its left edge, 400 x 40. */
function textSpec(text: string): VegaLiteSpec {
  const none = { top: 0, right: 0, bottom: 0, left: 0 };
  const layer = [fixedText(text, 0, 20, { align: "left", fontSize: 24 })];
  return createSpec("text", none, { width: 400, height: 40, layer });
}

async function draw(spec: VegaLiteSpec, options = {}): Promise<Png> {
  await writePng(file("picture.png"), spec, options);
  return readPng(readFileSync(file("picture.png")));
}

/** Columns with something darker than grey in them. */
function inkColumns({ width, height, channels, pixels }: Png): number[] {
  const isDark = (x: number, y: number): boolean => pixels[(y * width + x) * channels] < 128;
  const rows = [...Array(height).keys()];
  return [...Array(width).keys()].filter((x) => rows.some((y) => isDark(x, y)));
}

describe("writePng", () => {
  it("draws text, as wide as the layout takes it to be", async () => {
    const text = "Predicted Labels 0.95";
    const columns = inkColumns(await draw(textSpec(text), { scale: 1 }));
    // The last letter's ink ends up to a tenth of its size before its width does.
    expect(Math.abs((columns.at(-1) ?? 0) + 1 - textWidth(text, 24))).toBeLessThan(3);
    expect(columns.length).toBeGreaterThan(100);
  });

  it.each(["✓", "✗", "…", "é", "Ω", "Ж", "−", "→"])("has the letter %s", async (letter) => {
    const empty = inkColumns(await draw(textSpec("\u00a0"), { scale: 1 }));
    expect(empty).toHaveLength(0);
    expect(inkColumns(await draw(textSpec(letter), { scale: 1 })).length).toBeGreaterThan(2);
  });

  it("draws twice as many pixels as the picture has, or as told, on white", async () => {
    const svg = await toSvg(history);
    const width = Number(/ width="(\d+)"/.exec(svg)?.[1]);
    const png = await draw(history);
    expect(png.width).toBe(2 * width);
    expect([...png.pixels.subarray(0, 4)]).toEqual([255, 255, 255, 255]);
    expect((await draw(history, { scale: 0.5 })).width).toBe(Math.round(width / 2));
  });

  it("keeps the pixels of small images sharp", async () => {
    const images = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30);
    const labels = Uint8Array.of(0);
    const set = new ImageSet({ images, labels, imageShape: [2, 2, 3], classNames: ["x"] });
    const { width, pixels } = await draw(plotSample(set, 0), { scale: 1 });
    const at = (x: number, y: number): number[] => [
      ...pixels.subarray((y * width + x) * 4, (y * width + x) * 4 + 3),
    ];
    // The image is 192 pixels wide, 12 from the edge; its middle is the edge between its pixels.
    expect(at(12 + 94, 12 + 94)).toEqual([255, 0, 0]);
    expect(at(12 + 97, 12 + 94)).toEqual([0, 255, 0]);
    expect(at(12 + 94, 12 + 97)).toEqual([0, 0, 255]);
    expect(at(12 + 97, 12 + 97)).toEqual([10, 20, 30]);
  });

  it("writes the same bytes again, and leaves nothing else behind", async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith(".cifar-kit-font-"));
    await writePng(file("new/folder/a.png"), history);
    await writePng(file("new/folder/b.png"), history);
    const [a, b] = ["a", "b"].map((name) => readFileSync(file(`new/folder/${name}.png`)));
    expect(a.equals(b)).toBe(true);
    expect(readdirSync(file("new/folder")).sort()).toEqual(["a.png", "b.png"]);
    const after = readdirSync(tmpdir()).filter((name) => name.startsWith(".cifar-kit-font-"));
    expect(after.length).toBeLessThanOrEqual(before.length);
  });

  it("refuses bad options, and pictures without area or with too many pixels", async () => {
    for (const options of [
      { scale: 0 },
      { scale: 9 },
      { scale: "2" },
      { dpi: 300 },
      { fontFiles: "a.ttf" },
    ]) {
      await expect(writePng(file("bad.png"), history, options as never)).rejects.toBeInstanceOf(
        ArgumentError,
      );
    }
    const none = { top: 0, right: 0, bottom: 0, left: 0 };
    const sized = (size: number): VegaLiteSpec =>
      createSpec("empty", none, { width: size, height: size, mark: "point" });
    await expect(writePng(file("bad.png"), sized(0))).rejects.toThrow(/at least 1 x 1/);
    await expect(writePng(file("bad.png"), sized(9000))).rejects.toThrow(/got 18000 x 18000/);
    await expect(writePng("", history)).rejects.toThrow(/expected a path, got ""/);
    expect(readdirSync(folder)).not.toContain("bad.png");
  });

  it("draws letters that the built-in font lacks with fonts from files, and refuses what is none", async () => {
    const font = file("font.ttf");
    writeFileSync(font, Buffer.from(FONT_BASE64, "base64"));
    await draw(history, { fontFiles: [font] });
    writeFileSync(file("no-font.ttf"), "<html>");
    writeFileSync(file("empty.ttf"), "");
    const call = (path: string) => writePng(file("bad.png"), history, { fontFiles: [font, path] });
    await expect(call(file("missing.ttf"))).rejects.toThrow(
      /the font .*missing.ttf to be readable, got ENOENT/,
    );
    await expect(call(folder)).rejects.toBeInstanceOf(SourceError);
    await expect(call(file("no-font.ttf"))).rejects.toThrow(/a TTF or OTF font, got .* 3c68746d;/);
    await expect(call(file("empty.ttf"))).rejects.toBeInstanceOf(DataError);
    expect(readdirSync(folder)).not.toContain("bad.png");
  });

  it("refuses pictures in the picture that the renderer would leave out", async () => {
    const withImage = (url: string): never => {
      const mark = { type: "image", width: 20, height: 20 };
      const encoding = { url: { field: "url", type: "nominal" } };
      return { data: { values: [{ url }] }, mark, encoding } as never;
    };
    for (const url of ["http://127.0.0.1:9/a.png", file("missing.png")]) {
      const drawn = writePng(file("bad.png"), withImage(url));
      await expect(drawn).rejects.toThrow(
        /pictures in it as data URLs, or as files that are there/,
      );
      await expect(drawn).rejects.toBeInstanceOf(ArgumentError);
    }
    await writePng(file("a & b.png"), history);
    await writePng(file("good.png"), withImage(file("a & b.png")));
  });

  it("says which folder for temporary files it cannot use, and works with another one", async () => {
    writeFileSync(file("no-folder"), "");
    for (const bad of [file("not there"), file("no-folder")]) {
      vi.stubEnv("TMPDIR", bad);
      const error: unknown = await writePng(file("bad.png"), history).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(SourceError);
      expect(String(error)).toMatch(/a folder for temporary files, .*; set TMPDIR/);
    }
    vi.stubEnv("TMPDIR", folder);
    await draw(history);
    expect(readdirSync(folder).filter((name) => name.startsWith(".cifar-kit-font-"))).toEqual([]);
  });

  it("passes on what the renderer throws, as the cause", async () => {
    vi.doMock("@resvg/resvg-js", () => ({
      Resvg: function () {
        throw new Error("SVG data parsing failed");
      },
    }));
    const drawn = writePng(file("bad.png"), history);
    await expect(drawn).rejects.toThrow(
      /can draw, got the error "SVG data parsing failed"; correct/,
    );
    await expect(drawn).rejects.toBeInstanceOf(ArgumentError);
    await expect(drawn).rejects.toHaveProperty("cause.message", "SVG data parsing failed");
  });

  it("says what to install if the renderer is missing", async () => {
    vi.doMock("@resvg/resvg-js", () => {
      throw new Error("Cannot find package '@resvg/resvg-js'");
    });
    const error: unknown = await writePng(file("bad.png"), history).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(SourceError);
    expect(String(error)).toContain("run npm install @resvg/resvg-js");
  });
});

describe("writeSvg", () => {
  it("writes what toSvg gives, in place of what was there", async () => {
    await writeSvg(file("history.svg"), plotHistory({ loss: [1], accuracy: [] }));
    await writeSvg(file("history.svg"), history);
    expect(readFileSync(file("history.svg"), "utf8")).toBe(await toSvg(history));
  });

  it("says so if it cannot write, and leaves the old file alone", async () => {
    writeFileSync(file("taken"), "old");
    await expect(writeSvg(file("taken/history.svg"), history)).rejects.toBeInstanceOf(SourceError);
    expect(readFileSync(file("taken"), "utf8")).toBe("old");
    await expect(writeSvg(file("taken"), null as never)).rejects.toBeInstanceOf(ArgumentError);
    expect(readFileSync(file("taken"), "utf8")).toBe("old");
  });
});
