/** Every operation of tfjs-converter on the simd backend, loaded and run as models of others are. */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { loadGraphModelSync } from "@tensorflow/tfjs-converter";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { artifactsOf } from "../helpers/artifacts.ts";
import { expectSameAsCpu, random, useSimd } from "./backends.ts";
import { GRAPHS, LEFT_OUT } from "./converter-table.ts";
import { execute, type Graph, graphModel, tensorOf } from "./graph-model.ts";

/** The names in the lists that tfjs-converter reads graphs by. */
function namesOfOperations(): string[] {
  const main = createRequire(import.meta.url).resolve("@tensorflow/tfjs-converter");
  const lists = join(dirname(main), "operations/op_list");
  const texts = readdirSync(lists)
    .filter((file) => file.endsWith(".js"))
    .map((file) => readFileSync(join(lists, file), "utf8"));
  const names = texts.flatMap((text) => [...text.matchAll(/'tfOpName': '(\w+)'/g)]);
  return [...new Set(names.map(([, name]) => name))].sort();
}

const operationsOf = ({ nodes, functions = [], inputs }: Graph): string[] => [
  ...(Object.keys(inputs).length > 0 ? ["Placeholder"] : []),
  ...[...nodes, ...functions.flatMap((body) => body.nodes)].map(([, op]) => op),
];

/** The results of a graph and, where it has one on the cpu backend, its gradient for what is float32. */
async function resultsOf(graph: Graph, gradients: Set<Graph>): Promise<tf.Tensor[]> {
  const model = graphModel(graph);
  const results = await execute(model, graph);
  if (graph.isDynamic) return results;
  const inputs = Object.entries(graph.inputs).map(
    ([name, data]) => [name, tensorOf(data)] as const,
  );
  const given = Object.fromEntries(inputs);
  const moved = inputs.filter(([, x]) => x.dtype === "float32");
  const forward = (...tensors: tf.Tensor[]): tf.Tensor => {
    const changed = Object.fromEntries(moved.map(([name], i) => [name, tensors[i]]));
    return model.execute({ ...given, ...changed }, graph.outputs[0]) as tf.Tensor;
  };
  if (results[0].dtype !== "float32" || moved.length === 0) return results;
  const isFirst = tf.getBackend() === "cpu";
  if (!isFirst && !gradients.has(graph)) return results;
  try {
    const dy = random(results[0].shape as never, { seed: 7 });
    const grads = tf.grads(forward)(
      moved.map(([, x]) => x),
      dy,
    );
    if (isFirst) gradients.add(graph);
    return [...results, ...grads];
  } catch (problem) {
    if (!isFirst) throw problem;
    return results;
  }
}

describe("operations of graph models", () => {
  beforeAll(() => useSimd());
  beforeEach(() => {
    // RandomUniform takes no seed, and Print prints.
    vi.spyOn(Math, "random").mockReturnValue(0.375);
    vi.spyOn(console, "log").mockReturnValue();
    vi.spyOn(console, "warn").mockReturnValue();
    return () => vi.restoreAllMocks();
  });

  it("are all in the table", () => {
    const tested = Object.values(GRAPHS).flat().flatMap(operationsOf);
    expect([...new Set([...tested, ...LEFT_OUT])].sort()).toEqual(namesOfOperations());
  });

  const gradients = new Set<Graph>();

  it.each(Object.entries(GRAPHS))("%s as on cpu", async (name, graphs) => {
    for (const [i, graph] of graphs.entries()) {
      const title = `${name} ${i}`;
      await expectSameAsCpu(title, () => resultsOf(graph, gradients), { atol: 1e-5 });
    }
  });

  it.each(Object.entries(GRAPHS))("%s after saving and loading", async (_, graphs) => {
    await tf.setBackend("simd");
    for (const graph of graphs) {
      const model = graphModel(graph);
      const loaded = loadGraphModelSync(await artifactsOf(model));
      const values = (tensors: tf.Tensor[]): unknown[] => tensors.map((y) => y.dataSync());
      expect(values(await execute(loaded, graph))).toEqual(values(await execute(model, graph)));
    }
  });

  it("have gradients wherever those of tfjs have them", () => {
    expect(gradients.size).toBeGreaterThan(100);
  });
});
