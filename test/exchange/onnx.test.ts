/** ONNX files, run by ONNX Runtime 1.30 (npm's onnxruntime-web, in this process). */
import { type Tensor, tensor } from "@tensorflow/tfjs-core";
import {
  input,
  layers as L,
  type LayersModel,
  model,
  sequential,
  type SymbolicTensor,
} from "@tensorflow/tfjs-layers";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-web";
import { beforeAll, describe, expect, it } from "vitest";
import { toOnnx } from "cifar-kit";
import { useBackend } from "../helpers/backends.ts";
import { largestDifference } from "./difference.ts";
import { answers, MODELS, ONNX_MODELS, questions, settled } from "./models.ts";

beforeAll(() => useBackend("cpu"));

async function run(bytes: Uint8Array, asked: readonly Tensor[]): Promise<Tensor[]> {
  const session = await InferenceSession.create(bytes);
  const feeds = Object.fromEntries(
    session.inputNames.map((name, i) => {
      const { shape, dtype } = asked[i];
      const data = asked[i].dataSync() as Float32Array | Int32Array;
      return [name, new OrtTensor(dtype as "float32" | "int32", data, shape)];
    }),
  );
  const outputs = await session.run(feeds);
  await session.release();
  return session.outputNames.map((name) => {
    const { data, dims } = outputs[name];
    return tensor(data as Float32Array, [...dims]);
  });
}

describe("toOnnx", () => {
  it.each(Object.entries({ ...MODELS, ...ONNX_MODELS }))(
    "gives a file that computes what the model does: %s",
    async (_, make) => {
      const built = settled(make(), 4);
      const bytes = toOnnx(built);
      expect(toOnnx(built)).toEqual(bytes);
      for (const rows of [1, 3]) {
        const asked = questions(built, rows);
        expect(largestDifference(await run(bytes, asked), answers(built, asked))).toBeLessThan(
          1e-5,
        );
      }
    },
  );

  it("keeps the names of inputs, outputs and classes", async () => {
    const bytes = toOnnx(settled(MODELS.merged(), 1));
    const { inputNames, outputNames } = await InferenceSession.create(bytes);
    expect(inputNames).toEqual(["a", "b"]);
    expect(outputNames).toHaveLength(2);
    expect(Buffer.from(toOnnx(MODELS.head())).toString()).toContain('["cat","dög"]');
  });

  it("transposes an image once on its way through the notebook's network, and once behind", () => {
    const count = (built: LayersModel): number =>
      Buffer.from(toOnnx(built)).toString("latin1").split('"\tTranspose').length - 1;
    expect(count(MODELS.notebook())).toBe(2);
    expect(count(MODELS.fast())).toBe(1);
  });

  it("names all layers that ONNX lacks at once", () => {
    const x = input({ shape: [4, 3] });
    const ends = [
      L.masking({ name: "mask" }),
      L.gru({ name: "steps", units: 2, returnState: true, recurrentInitializer: "zeros" }),
      L.dot({ axes: 1, name: "dot" }),
    ].map((layer, i) => {
      const end = layer.apply(i === 2 ? [x, x] : x);
      return (Array.isArray(end) ? end[0] : end) as SymbolicTensor;
    });
    const head = L.dense({ name: "head", units: 2 }).apply(ends[0]) as SymbolicTensor;
    expect(() => toOnnx(model({ inputs: x, outputs: [...ends, head] }))).toThrow(
      "got mask (Masking), steps (GRU with returnState), dot (Dot); build",
    );
    expect(() => toOnnx(sequential())).toThrow(/a model with layers/);
  });
});
