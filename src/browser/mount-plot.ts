import { check, describe } from "../checks.ts";
import { oneOf, readOptions } from "../options.ts";
import { FAINT, GRID, INK, type VegaLiteSpec } from "../plots/spec.ts";
import { toSvg } from "../plots/to-svg.ts";

/** Options of {@link mountPlot}. */
export interface MountPlotOptions {
  /**
   * `"paper"` (default): black on white, as in a file. `"page"`: text and lines in the colour of the
   * element's text, on its background, so that the picture goes with a light or a dark page.
   */
  readonly colors?: "paper" | "page";
}

/** The elements with a plot that is still being drawn, and which one. */
const latest = new WeakMap<Element, object>();

/**
 * Draws a plot into an element, in place of what is there, as SVG: never wider than the element, and
 * with its description for screen readers. The packages `vega` and `vega-lite` are loaded when the
 * first plot is drawn. If two plots are drawn into one element, the one that was asked for last stays.
 * @param spec what a `plot...` function returned, or any other Vega-Lite specification.
 * @returns the picture.
 * @throws {SourceError} if one of the two packages cannot be loaded.
 */
export async function mountPlot(
  element: Element,
  spec: VegaLiteSpec,
  options: MountPlotOptions = {},
): Promise<SVGSVGElement> {
  const subject = "mountPlot";
  check(
    typeof document === "object",
    subject,
    "a page, which has elements",
    "none",
    "write it as text with toSvg of cifar-kit/plots",
  );
  check(
    element instanceof Element,
    subject,
    "an element",
    describe(element),
    "pass one of the page",
  );
  const { colors } = readOptions(subject, options, {
    colors: oneOf(["paper", "page"], { default: "paper" }),
  });
  latest.set(element, spec);
  const svg = parse(await toSvg(spec));
  if (colors === "page") takePageColors(svg);
  if (latest.get(element) === spec) element.replaceChildren(svg);
  return svg;
}

function parse(text: string): SVGSVGElement {
  const { documentElement } = new DOMParser().parseFromString(text, "image/svg+xml");
  const svg = document.importNode(documentElement, true) as unknown as SVGSVGElement;
  // It is one picture with one description: its parts have no roles of their own.
  for (const part of svg.querySelectorAll("[role]")) {
    part.removeAttribute("role");
    part.removeAttribute("aria-roledescription");
  }
  // Its own size where there is room, else as wide as the element.
  svg.style.maxWidth = "100%";
  svg.style.height = "auto";
  return svg;
}

/** How opaque the lines behind the marks are in the colour of the text. */
const GRID_OPACITY = "0.15";

/** Turns the picture's greys into shades of the text around it, and its paper into nothing. */
function takePageColors(svg: SVGSVGElement): void {
  svg.querySelector('rect[fill="white"]')?.setAttribute("fill", "none");
  // Numbers on coloured cells stay: their colours go with those of the cells.
  const hasCells = svg.querySelector(".mark-rect.role-mark") !== null;
  const isOnCell = (part: Element): boolean =>
    hasCells &&
    part.matches(".mark-text.role-mark text") &&
    /^[\d.,%e+\- ]+$/.test(part.textContent);
  for (const attribute of ["fill", "stroke"]) {
    for (const part of svg.querySelectorAll(`[${attribute}]`)) {
      const color = part.getAttribute(attribute) ?? "";
      if (![INK, FAINT, GRID].includes(color) || isOnCell(part)) continue;
      part.setAttribute(attribute, "currentColor");
      if (color === GRID) part.setAttribute(`${attribute}-opacity`, GRID_OPACITY);
    }
  }
}
