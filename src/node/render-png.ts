import { existsSync } from "node:fs";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ResvgRenderOptions } from "@resvg/resvg-js";
import { check, describe } from "../checks.ts";
import { messageOf } from "../text/describe.ts";
import { ArgumentError, DataError, SourceError } from "../errors.ts";
import { optionalPackage } from "../runtime/optional-package.ts";
import { explainFileErrors } from "./file-errors.ts";
import { readRegularFile } from "./read-regular-file.ts";
import { sweepLeftovers, temporaryStem } from "./temporary-files.ts";

/** Most pixels of one file: 4 bytes each in memory, and enough for a metre of paper. */
const MAX_PIXELS = 1e8;

/**
 * An SVG document as the bytes of a PNG file, drawn with the font that comes with the library, so
 * that the picture is the same on every machine.
 * @param scale device pixels per pixel of the SVG.
 * @throws {ArgumentError} if the picture has no area, or too many pixels.
 * @throws {DataError} if a file holds no font.
 * @throws {SourceError} if a file cannot be read, or there is no folder for temporary files.
 */
export async function renderPng(
  svg: string,
  scale: number,
  fontFiles: readonly string[],
): Promise<Uint8Array> {
  checkSize(svg, scale);
  for (const file of fontFiles) await checkFont(file);
  checkPictures(svg);
  const { Resvg } = await optionalPackage(
    { subject: "writePng", name: "@resvg/resvg-js", otherwise: ", or write an SVG with writeSvg" },
    () => import("@resvg/resvg-js"),
  );
  const { FONT_BASE64, FONT_FAMILY, FONT_RANGES } =
    await import("./fonts/dejavu-sans.generated.ts");
  const folder = await temporaryFolder();
  try {
    const bundled = join(folder, "font.ttf");
    await writeFile(bundled, Buffer.from(FONT_BASE64, "base64"));
    const options: ResvgRenderOptions = {
      fitTo: { mode: "zoom", value: scale },
      background: "white",
      font: {
        // It drops letters that no font has; the system's may have them.
        loadSystemFonts: !isCovered(svg, FONT_RANGES),
        fontFiles: [bundled, ...fontFiles],
        defaultFontFamily: FONT_FAMILY,
        sansSerifFamily: FONT_FAMILY,
      },
    };
    return drawn(() => new Resvg(sharpPixels(svg), options).render().asPng());
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the renderer makes of a document; it throws plain errors for what it cannot draw. */
function drawn(draw: () => Uint8Array): Uint8Array {
  try {
    return draw();
  } catch (cause) {
    throw new ArgumentError({
      subject: "writePng",
      expected: "a picture that resvg can draw",
      got: `the error "${messageOf(cause)}"`,
      remedy: "correct the specification, or write an SVG with writeSvg",
      cause,
    });
  }
}

/** The renderer takes fonts as files only. */
async function temporaryFolder(): Promise<string> {
  try {
    const folder = await mkdtemp(join(tmpdir(), `${await temporaryStem("font")}-`));
    await sweepLeftovers(tmpdir(), (await stat(folder)).mtimeMs);
    return folder;
  } catch (cause) {
    throw new SourceError({
      subject: "writePng",
      expected: `a folder for temporary files, ${tmpdir()}`,
      got: messageOf(cause),
      remedy: "set TMPDIR (on Windows TEMP) to a folder that you may write to",
      cause,
    });
  }
}

/** How TrueType, OpenType and collections of fonts begin. */
const FONT_SIGNATURES = ["\0\x01\0\0", "OTTO", "true", "ttcf"];

/** The renderer leaves out, without a word, what it cannot read. */
async function checkFont(file: string): Promise<void> {
  const expected = `the font ${file} to be readable`;
  const start = await explainFileErrors(
    { subject: "writePng", expected, remedy: "correct the path in fontFiles" },
    async () => (await readRegularFile(file)).subarray(0, 4),
  );
  if (!FONT_SIGNATURES.includes(start.toString("latin1"))) {
    throw new DataError({
      subject: "writePng",
      expected: `${file} to be a TTF or OTF font`,
      got: `a file that begins with the bytes ${start.toString("hex") || "of none"}`,
      remedy: "pass fonts in fontFiles; a WOFF has to be unpacked first",
    });
  }
}

/** The renderer leaves out, without a word, pictures that it would have to fetch, and missing files. */
function checkPictures(svg: string): void {
  for (const [, href] of svg.matchAll(/<image [^>]*?href="([^"]*)"/g)) {
    check(
      href.startsWith("data:") || existsSync(href.replaceAll("&amp;", "&")),
      "writePng",
      "pictures in it as data URLs, or as files that are there",
      describe(href),
      "correct the specification, or write an SVG with writeSvg",
    );
  }
}

/** The renderer ends the whole process on a size that it cannot draw. */
function checkSize(svg: string, scale: number): void {
  const side = (name: string): number =>
    Number(new RegExp(`^<svg[^>]*? ${name}="([^"]+)"`).exec(svg)?.[1] ?? 0);
  const [width, height] = [side("width") * scale, side("height") * scale];
  check(
    Math.min(width, height) >= 1 && width * height <= MAX_PIXELS,
    "writePng",
    `a picture of at least 1 x 1 and at most ${MAX_PIXELS} pixels`,
    `${width} x ${height}`,
    "choose another scale, or write an SVG with writeSvg",
  );
}

/**
 * resvg ignores `image-rendering: pixelated`, which Vega writes after its older equivalent, and would
 * blur the images.
 */
function sharpPixels(svg: string): string {
  return svg.replaceAll(
    "image-rendering: optimizeSpeed; image-rendering: pixelated;",
    "image-rendering: optimizeSpeed;",
  );
}

function isCovered(svg: string, ranges: readonly (readonly [number, number])[]): boolean {
  for (const character of new Set(svg)) {
    const code = character.codePointAt(0) ?? 0;
    const isControl = code < 0x20;
    if (!isControl && !ranges.some(([first, last]) => code >= first && code <= last)) return false;
  }
  return true;
}
