import { create } from "./dom.ts";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 360;
const HEIGHT = 170;
const LEFT = 34;
const BOTTOM = 20;
const TOP = 6;
/** More points than this are thinned out: the curve has no more pixels. */
const MOST_POINTS = 400;

/** Where in a run, in epochs, and the value there. */
export interface ChartPoint {
  readonly x: number;
  readonly y: number;
}

/** A chart of two curves that grows while a network is trained. */
export class LiveChart {
  readonly #figure: HTMLElement;
  readonly #name: string;
  readonly #format: (value: number) => string;
  readonly #fixedTop: number | undefined;
  #epochs = 1;
  #boundary = 0;
  #train: ChartPoint[] = [];
  #validation: ChartPoint[] = [];

  constructor(
    figure: HTMLElement,
    name: string,
    format: (value: number) => string,
    fixedTop?: number,
  ) {
    this.#figure = figure;
    this.#name = name;
    this.#format = format;
    this.#fixedTop = fixedTop;
  }

  /** Begins anew. */
  reset(plainEpochs: number, augmentedEpochs: number): void {
    this.#epochs = Math.max(1, plainEpochs + augmentedEpochs);
    this.#boundary = augmentedEpochs > 0 ? plainEpochs : 0;
    this.#train = [];
    this.#validation = [];
    this.#draw();
  }

  addTraining(point: ChartPoint): void {
    this.#train.push(point);
    if (this.#train.length > MOST_POINTS) this.#train = this.#train.filter((_, i) => i % 2 === 0);
    this.#draw();
  }

  addValidation(point: ChartPoint): void {
    this.#validation.push(point);
    this.#draw();
  }

  #draw(): void {
    const points = [...this.#train, ...this.#validation];
    const top = this.#fixedTop ?? niceTop(Math.max(0.1, ...points.map(({ y }) => y)));
    const x = (value: number): number => LEFT + (value / this.#epochs) * (WIDTH - LEFT - 4);
    const y = (value: number): number => TOP + (1 - value / top) * (HEIGHT - TOP - BOTTOM);
    const svg = element("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" });
    svg.setAttribute("aria-label", this.#description());
    for (const share of [0, 0.5, 1]) {
      const value = share * top;
      svg.append(
        element("line", { class: "axis", x1: LEFT, x2: WIDTH, y1: y(value), y2: y(value) }),
        text(this.#format(value), { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }),
      );
    }
    const step = Math.ceil(this.#epochs / 8);
    for (let epoch = 0; epoch <= this.#epochs; epoch += step) {
      svg.append(text(String(epoch), { x: x(epoch), y: HEIGHT - 3, "text-anchor": "middle" }));
    }
    if (this.#boundary > 0 && this.#boundary < this.#epochs) {
      const at = x(this.#boundary);
      svg.append(
        element("line", { class: "boundary", x1: at, x2: at, y1: TOP, y2: HEIGHT - BOTTOM }),
      );
    }
    const path = (list: readonly ChartPoint[]): string =>
      list
        .map((p, i) => `${i === 0 ? "M" : "L"}${x(p.x).toFixed(1)} ${y(p.y).toFixed(1)}`)
        .join("");
    svg.append(
      element("path", { class: "curve train", d: path(this.#train) }),
      element("path", { class: "curve validation", d: path(this.#validation) }),
      ...this.#validation.map((p) => element("circle", { cx: x(p.x), cy: y(p.y), r: 3 })),
    );
    this.#figure.replaceChildren(
      create(
        "figcaption",
        {},
        create("strong", { textContent: this.#name }),
        create("span", { className: "key", textContent: "training" }),
        create("span", { className: "key validation", textContent: "test pictures" }),
      ),
      svg,
    );
  }

  #description(): string {
    const last = (list: readonly ChartPoint[]): string =>
      list.length === 0 ? "nothing yet" : this.#format(list[list.length - 1].y);
    return `${this.#name} by epoch: training ${last(this.#train)}, test pictures ${last(this.#validation)}`;
  }
}

function niceTop(value: number): number {
  const unit = 10 ** Math.floor(Math.log10(value));
  return unit * [1, 2, 2.5, 3, 4, 5, 6, 8, 10].find((factor) => factor * unit >= value)!;
}

function element(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

function text(content: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const made = element("text", attributes);
  made.textContent = content;
  return made;
}
