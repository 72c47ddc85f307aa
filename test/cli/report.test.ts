import type { Evaluation } from "cifar-kit";
import { describe, expect, it } from "vitest";
import { html, Html } from "../../src/cli/report/html.ts";
import { likelyShare } from "../../src/cli/report/likely-share.ts";
import { matrixOf } from "../../src/cli/report/matrix.ts";
import { STYLE } from "../../src/cli/report/style.ts";
import { plotHistory, toSvg } from "cifar-kit/plots";

describe("html", () => {
  it("escapes values, not markup, and joins lists", () => {
    const name = `<b onclick="x('y')">&`;
    expect(
      html`<p title="${name}">${[html`<i>${1}</i>`, name]}${undefined}${false}</p>`.markup,
    ).toBe(
      '<p title="&lt;b onclick=&quot;x(&#39;y&#39;)&quot;&gt;&amp;"><i>1</i>&lt;b onclick=&quot;x(&#39;y&#39;)&quot;&gt;&amp;</p>',
    );
    expect(html`${new Html("<br>\\n")}`.markup).toBe("<br>\\n");
  });
});

describe("likelyShare", () => {
  // scipy 1.17.1: binomtest(right, n).proportion_ci(0.95, method="wilson")
  it.each([
    [58, 60, 0.886362257256914, 0.9908106807438021],
    [0, 5, 0, 0.43448246478317476],
    [60, 60, 0.9398281478579101, 1],
    [1, 2, 0.09453120573423074, 0.9054687942657693],
  ])("gives SciPy's interval for %i of %i", (right, n, low, high) => {
    const [a, b] = likelyShare(right, n);
    expect(a).toBeCloseTo(low, 12);
    expect(b).toBeCloseTo(high, 12);
  });
});

describe("a report", () => {
  const evaluationOf = (classes: number): Evaluation => ({
    ...{ loss: 0, accuracy: 1, metrics: {} },
    classNames: Array.from({ length: classes }, (_, i) => `class <${i}>`),
    yTrue: Int32Array.from({ length: classes }, (_, i) => i),
    yPred: Int32Array.from({ length: classes }, (_, i) => i),
    probabilities: Float32Array.from({ length: classes ** 2 }, (_, i) =>
      Number(i % (classes + 1) === 0),
    ),
  });

  it("has the matrix as a table, of very many classes as a picture", async () => {
    const few = await matrixOf(evaluationOf(3));
    expect(few.markup.match(/<td style="--share:1.000">1<\/td>/g)).toHaveLength(3);
    expect(few.markup).toContain("class &lt;2&gt;");
    expect((await matrixOf(evaluationOf(30))).markup).toContain("<svg");
  });

  it("colours all texts and lines of its curves anew by night", async () => {
    const history = {
      epochs: [0, 1],
      loss: [2, 1],
      accuracy: [0, 1],
      valLoss: [2, 1],
      valAccuracy: [0, 1],
      seconds: [1, 1],
      metrics: {},
    };
    const svg = await toSvg(plotHistory([history, history]));
    // Orange and blue are seen on both grounds.
    const kept = ["none", "#1f77b4", "#d1600a", "white"];
    for (const [text, part, color] of svg.matchAll(/(fill|stroke)="([^"]+)"/g)) {
      if (kept.includes(color)) continue;
      expect(STYLE, text).toContain(`[${part}="${color}"]`);
    }
    expect(svg).toMatch(/^<svg[^>]*><rect[^>]*fill="white"/);
  });
});
