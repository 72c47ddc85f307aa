/** Every operation of tfjs-converter, in small graphs. */
import type { Attribute, Data, Graph, GraphFunction, Node } from "./graph-model.ts";

const float = (...shape: number[]): Data => ({ shape, dtype: "float32" });
const floats = (values: number[], shape = [values.length]): Data => ({
  ...{ shape, values },
  dtype: "float32",
});
const integer = (...shape: number[]): Data => ({ shape, dtype: "int32" });
const integers = (values: number[], shape = [values.length]): Data => ({
  ...{ shape, values },
  dtype: "int32",
});
const bool = (...shape: number[]): Data => ({ shape, dtype: "bool" });
const strings = (...values: string[]): Data => ({
  ...{ shape: [values.length], values },
  dtype: "string",
});
const text = (value: string): Data => ({ shape: [], values: [value], dtype: "string" });
const int = (value: number): Data => integers([value], []);
const number = (value: number): Data => floats([value], []);

type Attributes = Readonly<Record<string, Attribute>>;

const named = (data: readonly Data[]): Record<string, Data> =>
  Object.fromEntries(data.map((item, i) => [`x${i}`, { seed: i, ...item }]));
const places = (count: number, name = "y"): string[] =>
  Array.from({ length: count }, (_, i) => (i === 0 ? name : `${name}:${i}`));

/** A graph of one operation. */
const one = (
  op: string,
  data: readonly Data[],
  attributes: Attributes = {},
  { results = 1, isDynamic = false } = {},
): Graph => ({
  inputs: named(data),
  nodes: [["y", op, Object.keys(named(data)), attributes]],
  outputs: places(results),
  isDynamic,
});

/** A graph of several, whose inputs are x0, x1 ... */
const many = (
  data: readonly Data[],
  nodes: readonly Node[],
  outputs: readonly string[] = ["y"],
  functions: readonly GraphFunction[] = [],
): Graph => ({ inputs: named(data), nodes, outputs, functions, isDynamic: true });

const each = (ops: readonly string[], make: (op: string) => Graph[]): Record<string, Graph[]> =>
  Object.fromEntries(ops.map((op) => [op, make(op)]));

const IMAGES = float(2, 7, 6, 3);
const WINDOW = { strides: [1, 2, 2, 1], padding: "SAME" };
const ONE_STEP = { strides: [1, 1, 1, 1], padding: "VALID", dilations: [1, 1, 1, 1] };
const EXPLICIT = { padding: "EXPLICIT", explicit_paddings: [0, 0, 1, 2, 0, 1, 0, 0] };
const FLOAT = "DT_FLOAT";
const BOXES = floats([0, 0, 1, 1, 0, 0.1, 1, 1.1, 0, 3, 1, 4, 0, 3.1, 1, 4.1, 2, 2, 3, 3], [5, 4]);
const SCORES = floats([0.9, 0.75, 0.6, 0.95, 0.3]);

/** y = x, then 2 x + 1 while it is below 20: as graphs wrote loops before they had functions. */
const LOOP: Graph = many(
  [number(1.5), number(20), number(2), number(1)],
  [
    ["enter", "Enter", ["x0"], { frame_name: "loop", is_constant: false }],
    ["limit", "Enter", ["x1"], { frame_name: "loop", is_constant: true }],
    ["factor", "Enter", ["x2"], { frame_name: "loop", is_constant: true }],
    ["term", "Enter", ["x3"], { frame_name: "loop", is_constant: true }],
    ["merge", "Merge", ["enter", "next"]],
    ["less", "Less", ["merge", "limit"]],
    ["cond", "LoopCond", ["less"]],
    ["switch", "Switch", ["merge", "cond"]],
    ["body", "Identity", ["switch:1"]],
    ["doubled", "Mul", ["body", "factor"]],
    ["sum", "Add", ["doubled", "term"]],
    ["next", "NextIteration", ["sum"]],
    ["exit", "Exit", ["switch"]],
    ["y", "Identity", ["exit"]],
  ],
);

/** Below the graph's constant. */
const BELOW: GraphFunction = {
  ...{ name: "below", inputs: ["a"], output: "less:z:0" },
  nodes: [
    ["limit", "Const"],
    ["less", "Less", ["a", "limit"]],
  ],
};
const TWICE: GraphFunction = {
  ...{ name: "twice", inputs: ["a"], output: "sum:z:0" },
  nodes: [["sum", "Add", ["a", "a"]]],
};
const SUM: GraphFunction = {
  ...{ name: "sum", inputs: ["a", "b"], output: "sum:z:0" },
  nodes: [["sum", "Add", ["a", "b"]]],
};
const HALF: GraphFunction = {
  ...{ name: "half", inputs: ["a", "b"], output: "quotient:z:0" },
  nodes: [
    ["two", "Add", ["b", "b"]],
    ["quotient", "RealDiv", ["a", "two"]],
  ],
};

const table = (hash: string, initialize: string, find: string, size: string): Graph =>
  many(
    [strings("a", "b", "c"), floats([1, 2, 3]), strings("c", "z", "a"), number(-1)],
    [
      ["table", hash, [], { key_dtype: "DT_STRING", value_dtype: FLOAT }],
      ["filled", initialize, ["table", "x0", "x1"]],
      ["y", find, ["table", "x2", "x3", "^filled"]],
      ["size", size, ["table", "^y"]],
    ],
    ["y", "size"],
  );

const list = (shape: number[]): Attributes => ({
  element_dtype: FLOAT,
  element_shape: { shape },
});

/** By what they are about; every operation of tfjs-converter is in one of them. */
export const GRAPHS: Readonly<Record<string, readonly Graph[]>> = {
  ...each(["Add", "AddV2", "Sub", "Mul", "Maximum", "Minimum", "SquaredDifference"], (op) => [
    one(op, [float(3, 5), float(5)]),
    one(op, [integer(3, 5), integer(3, 1)]),
  ]),
  ...each(["RealDiv", "Div"], (op) => [one(op, [float(3, 5), float(5)])]),
  ...each(["FloorDiv", "Mod", "FloorMod"], (op) => [
    one(op, [integer(6, 5), integers([3, -3, 7, -1, 5])]),
    one(op, [float(6, 5), float(5)]),
  ]),
  DivNoNan: [one("DivNoNan", [float(4), floats([0, 1, 2, 0])])],
  Pow: [one("Pow", [floats([0.5, 1, 2, 3]), float(4)]), one("Pow", [integer(4), int(2)])],
  AddN: [one("AddN", [float(3, 5), float(3, 5), float(3, 5)])],
  BiasAdd: [one("BiasAdd", [float(2, 3, 4, 5), float(5)])],

  ...each(
    [
      ...["Abs", "Atan", "Ceil", "Cos", "Cosh", "Elu", "Exp", "Floor", "Neg", "Relu", "Relu6"],
      ...["Selu", "Sigmoid", "Sin", "Sinh", "Square", "Tan", "Tanh", "Sign", "Round", "Expm1"],
      ...["Reciprocal", "Softplus", "Asinh", "Erf", "LeakyRelu", "IsNan", "IsFinite", "IsInf"],
    ],
    (op) => [one(op, [float(3, 7)])],
  ),
  ...each(["Acos", "Asin", "Atanh", "Log1p"], (op) => [
    one(op, [floats([-0.9, -0.3, 0, 0.2, 0.8])]),
  ]),
  ...each(["Log", "Sqrt", "Rsqrt", "Acosh"], (op) => [one(op, [floats([1, 1.5, 2.2, 7, 80])])]),
  Atan2: [one("Atan2", [float(3, 5), float(3, 5)])],
  ClipByValue: [one("ClipByValue", [float(3, 5), number(-0.5), number(1)])],
  Prelu: [one("Prelu", [float(2, 3, 5), float(5)])],
  complex: [
    {
      ...many(
        [float(3, 4), float(3, 4)],
        [
          ["z", "Complex", ["x0", "x1"]],
          ["re", "Real", ["z"]],
          ["im", "Imag", ["z"]],
          ["abs", "ComplexAbs", ["z"]],
        ],
        ["re", "im", "abs"],
      ),
      isDynamic: false,
    },
  ],
  ...each(["FFT", "IFFT"], (op) => [
    {
      ...many(
        [float(3, 8), float(3, 8)],
        [
          ["z", "Complex", ["x0", "x1"]],
          ["f", op, ["z"]],
          ["re", "Real", ["f"]],
          ["im", "Imag", ["f"]],
        ],
        ["re", "im"],
      ),
      isDynamic: false,
    },
  ]),
  RFFT: [
    many(
      [float(3, 8), int(8)],
      [
        ["f", "RFFT", ["x0", "x1"]],
        ["re", "Real", ["f"]],
        ["im", "Imag", ["f"]],
      ],
      ["re", "im"],
    ),
  ],
  IRFFT: [
    many(
      [float(3, 5), float(3, 5), int(8)],
      [
        ["z", "Complex", ["x0", "x1"]],
        ["y", "IRFFT", ["z", "x2"]],
      ],
    ),
  ],

  "a loop": [LOOP],
  ...each(["If", "StatelessIf"], (op) =>
    [true, false].map((value) =>
      many(
        [{ shape: [], values: [value], dtype: "bool" }, float(3), number(3)],
        [
          [
            "if",
            op,
            ["x0", "x1", "x2"],
            { then_branch: { func: "sum" }, else_branch: { func: "half" } },
          ],
          ["y", "Identity", ["if"]],
        ],
        ["y"],
        [SUM, HALF],
      ),
    ),
  ),
  ...each(["While", "StatelessWhile"], (op) => [
    many(
      [number(1.5)],
      [
        ["while", op, ["x0"], { cond: { func: "below" }, body: { func: "twice" } }],
        ["y", "Identity", ["while"]],
      ],
      ["y"],
      [BELOW, TWICE],
    ),
  ]),

  "tensor arrays": [
    many(
      [int(3), int(1), float(4), float(3, 4), integers([0, 1, 2]), integers([2, 0]), number(0)],
      [
        [
          "a",
          "TensorArrayV3",
          ["x0"],
          {
            dtype: FLOAT,
            dynamic_size: true,
            identical_element_shapes: true,
            element_shape: { shape: [4] },
          },
        ],
        ["filled", "TensorArrayScatterV3", ["a", "x4", "x3", "x6"], { T: FLOAT }],
        [
          "gathered",
          "TensorArrayGatherV3",
          ["a", "x5", "filled"],
          { dtype: FLOAT, element_shape: { shape: [4] } },
        ],
        ["size", "TensorArraySizeV3", ["a", "gathered"]],
        ["read", "TensorArrayReadV3", ["a", "x1", "size"], { dtype: FLOAT }],
        ["closed", "TensorArrayCloseV3", ["a", "^read"]],
      ],
      ["gathered", "size", "read"],
    ),
    many(
      [int(2), int(1), int(0), float(2, 4), float(2, 4), number(0)],
      [
        [
          "a",
          "TensorArrayV3",
          ["x0"],
          {
            dtype: FLOAT,
            dynamic_size: false,
            identical_element_shapes: true,
            element_shape: { shape: [2, 4] },
          },
        ],
        ["first", "TensorArrayWriteV3", ["a", "x1", "x3", "x5"], { T: FLOAT }],
        ["second", "TensorArrayWriteV3", ["a", "x2", "x4", "first"], { T: FLOAT }],
        ["y", "TensorArrayConcatV3", ["a", "second"], { dtype: FLOAT }],
      ],
    ),
    many(
      [int(2), float(5, 3), integers([2, 3]), int(1), number(0)],
      [
        [
          "a",
          "TensorArrayV3",
          ["x0"],
          {
            dtype: FLOAT,
            dynamic_size: false,
            identical_element_shapes: false,
            element_shape: { shape: [-1, 3] },
          },
        ],
        ["split", "TensorArraySplitV3", ["a", "x1", "x2", "x4"], { T: FLOAT }],
        ["y", "TensorArrayReadV3", ["a", "x3", "split"], { dtype: FLOAT }],
      ],
    ),
  ],
  "tensor lists": [
    many(
      [integers([4]), int(3), int(1), float(4), float(4), int(2), int(0)],
      [
        ["reserved", "TensorListReserve", ["x0", "x1"], list([4])],
        ["one", "TensorListSetItem", ["reserved", "x2", "x3"], list([4])],
        ["two", "TensorListSetItem", ["one", "x5", "x4"], list([4])],
        ["three", "TensorListSetItem", ["two", "x6", "x4"], list([4])],
        ["item", "TensorListGetItem", ["three", "x2", "x0"], list([4])],
        ["length", "TensorListLength", ["three"]],
        ["stack", "TensorListStack", ["three", "x0"], { ...list([4]), num_elements: 3 }],
      ],
      ["item", "length", "stack"],
    ),
    many(
      [integers([4]), int(5), float(4), float(4), int(1)],
      [
        ["empty", "EmptyTensorList", ["x0", "x1"], list([4])],
        ["one", "TensorListPushBack", ["empty", "x2"], list([4])],
        ["two", "TensorListPushBack", ["one", "x3"], list([4])],
        ["last", "TensorListPopBack", ["two", "x0"], list([4])],
        ["resized", "TensorListResize", ["two", "x4", "^last"], list([4])],
        ["length", "TensorListLength", ["resized"]],
      ],
      ["last", "length"],
    ),
    ...["TensorListScatter", "TensorListScatterV2"].map((op) =>
      many(
        [float(3, 4), integers([2, 0, 1]), integers([4]), int(3), integers([1, 2])],
        [
          ["l", op, ["x0", "x1", "x2", "x3"], list([4])],
          ["y", "TensorListGather", ["l", "x4", "x2"], list([4])],
        ],
      ),
    ),
    ...["TensorListConcat", "TensorListConcatV2"].map((op) =>
      many(
        [float(3, 2, 4), integers([2, 4])],
        [
          ["l", "TensorListFromTensor", ["x0", "x1"], list([2, 4])],
          ["y", op, ["l"], list([2, 4])],
        ],
      ),
    ),
    many(
      [float(5, 3), integers([3]), integers([1, 1, 1, 1, 1]), int(1)],
      [
        ["l", "TensorListSplit", ["x0", "x1", "x2"], list([3])],
        ["y", "TensorListGetItem", ["l", "x3", "x1"], list([3])],
      ],
    ),
  ],

  ...each(["AvgPool", "MaxPool"], (op) => [
    one(op, [IMAGES], { ...WINDOW, ksize: [1, 3, 2, 1] }),
    one(op, [IMAGES], { strides: [1, 1, 1, 1], padding: "VALID", ksize: [1, 2, 2, 1] }),
  ]),
  MaxPoolWithArgmax: [
    one(
      "MaxPoolWithArgmax",
      [IMAGES],
      { ...WINDOW, ksize: [1, 2, 2, 1], include_batch_in_index: true },
      { results: 2 },
    ),
  ],
  ...each(["AvgPool3D", "MaxPool3D"], (op) => [
    one(op, [float(1, 4, 5, 6, 2)], {
      ...{ strides: [1, 2, 2, 2, 1], padding: "SAME", ksize: [1, 2, 3, 3, 1] },
    }),
  ]),
  Conv1D: [
    one("Conv1D", [float(2, 8, 3), float(3, 3, 4)], {
      stride: 2,
      padding: "SAME",
      data_format: "NWC",
    }),
  ],
  Conv2D: [
    one("Conv2D", [IMAGES, float(3, 3, 3, 4)], { ...ONE_STEP }),
    one("Conv2D", [IMAGES, float(3, 3, 3, 4)], { ...ONE_STEP, ...EXPLICIT }),
    one("Conv2D", [IMAGES, float(2, 3, 3, 4)], { ...ONE_STEP, ...WINDOW }),
    one("Conv2D", [float(2, 3, 7, 6), float(3, 3, 3, 4)], { ...ONE_STEP, data_format: "NCHW" }),
  ],
  _FusedConv2D: [
    ...["Relu", "Relu6", "Elu", "Sigmoid", "LeakyRelu"].map((activation) =>
      one("_FusedConv2D", [IMAGES, float(3, 3, 3, 4), float(4)], {
        ...{ ...ONE_STEP, ...EXPLICIT, num_args: 1, fused_ops: ["BiasAdd", activation] },
        leakyrelu_alpha: 0.3,
      }),
    ),
    one("_FusedConv2D", [IMAGES, float(1, 1, 3, 4), float(4), float(4)], {
      ...{ ...ONE_STEP, num_args: 2, fused_ops: ["BiasAdd", "Prelu"] },
    }),
  ],
  Conv2DBackpropInput: [
    one(
      "Conv2DBackpropInput",
      [integers([2, 7, 6, 3]), float(3, 3, 3, 4), float(2, 4, 3, 4)],
      WINDOW,
    ),
  ],
  ...each(["DepthwiseConv2d", "DepthwiseConv2dNative"], (op) => [
    one(op, [IMAGES, float(3, 3, 3, 2)], { ...ONE_STEP }),
    one(op, [IMAGES, float(3, 3, 3, 1)], { ...ONE_STEP, ...WINDOW }),
  ]),
  FusedDepthwiseConv2dNative: [
    one("FusedDepthwiseConv2dNative", [IMAGES, float(3, 3, 3, 1), float(3)], {
      ...{ ...ONE_STEP, ...WINDOW, num_args: 1, fused_ops: ["BiasAdd", "Relu6"] },
    }),
    one("FusedDepthwiseConv2dNative", [IMAGES, float(3, 3, 3, 1), float(3), float(3)], {
      ...{ ...ONE_STEP, num_args: 2, fused_ops: ["BiasAdd", "Prelu"] },
    }),
  ],
  Conv3D: [
    one("Conv3D", [float(1, 4, 5, 6, 2), float(2, 3, 2, 2, 3)], {
      ...{ strides: [1, 1, 1, 1, 1], padding: "SAME", data_format: "NDHWC" },
      dilations: [1, 1, 1, 1, 1],
    }),
  ],
  Dilation2D: [one("Dilation2D", [IMAGES, float(3, 2, 3)], { ...WINDOW, rates: [1, 1, 1, 1] })],

  Fill: [one("Fill", [integers([2, 3]), number(1.5)], { T: FLOAT })],
  LinSpace: [one("LinSpace", [number(-1), number(2), int(7)])],
  OneHot: [one("OneHot", [integers([0, 3, 1, -1]), int(4), number(2), number(-1)], { T: FLOAT })],
  ...each(["Ones", "Zeros"], (op) => [one(op, [integers([2, 3])], { T: FLOAT })]),
  ...each(["OnesLike", "ZerosLike"], (op) => [one(op, [integer(2, 3)]), one(op, [float(2, 3)])]),
  ...each(["RandomStandardNormal", "RandomUniform", "TruncatedNormal"], (op) => [
    one(op, [integers([3, 4])], { dtype: FLOAT, seed: 5, stddev: 2, minval: -1, maxval: 3 }),
  ]),
  RandomUniformInt: [
    one("RandomUniformInt", [integers([3, 4])], { minval: -5, maxval: 9, seed: 5 }),
  ],
  Range: [
    one("Range", [int(3), int(20), int(4)], { Tidx: "DT_INT32" }),
    one("Range", [number(1), number(-2), number(-0.5)], { Tidx: FLOAT }),
  ],
  Multinomial: [one("Multinomial", [float(2, 5), int(6)], { seed: 3, output_dtype: "DT_INT32" })],

  ...each(["NonMaxSuppressionV2", "NonMaxSuppressionV3", "NonMaxSuppressionV4"], (op) => [
    one(
      op,
      [BOXES, SCORES, int(3), number(0.5), number(0.4)].slice(0, op.endsWith("2") ? 4 : 5),
      { pad_to_max_output_size: true },
      { results: op.endsWith("4") ? 2 : 1, isDynamic: true },
    ),
  ]),
  NonMaxSuppressionV5: [
    one(
      "NonMaxSuppressionV5",
      [BOXES, SCORES, int(3), number(0.5), number(0.2), number(0.5)],
      {},
      { results: 2, isDynamic: true },
    ),
  ],
  Where: [
    one("Where", [bool(3, 5)], {}, { isDynamic: true }),
    one("Where", [integers([0, 2, 0, -1])], {}, { isDynamic: true }),
  ],
  ListDiff: [
    one(
      "ListDiff",
      [integers([4, 1, 9, 3, 1]), integers([1, 9])],
      {},
      { results: 2, isDynamic: true },
    ),
  ],
  ...each(["LowerBound", "UpperBound"], (op) => [
    one(op, [floats([1, 2, 2, 5, 0, 3, 3, 4], [2, 4]), floats([2, 0, 9, 3, 5, -1], [2, 3])]),
  ]),
  TopKV2: [
    one("TopKV2", [float(3, 9), int(4)], { sorted: true }, { results: 2 }),
    one("TopKV2", [integer(3, 9), int(2)], { sorted: true }, { results: 2 }),
  ],
  ...each(["Unique", "UniqueV2"], (op) => [
    one(
      op,
      [integers([4, 1, 4, 9, 1]), integers([0])].slice(0, op === "Unique" ? 1 : 2),
      {},
      { results: 2 },
    ),
  ]),

  "nodes of the graph itself": [
    many(
      [float(2, 3), float(4), float(2, 3)],
      [
        ["limit", "Const"],
        ["default", "PlaceholderWithDefault", ["x0"], { dtype: FLOAT, shape: { shape: [2, 3] } }],
        ["same", "Identity", ["default"]],
        ["both", "IdentityN", ["x0", "x1"]],
        ["snap", "Snapshot", ["x0"]],
        ["rank", "Rank", ["x0"]],
        ["size", "Size", ["x0"]],
        ["shape", "Shape", ["x0"]],
        ["shapes", "ShapeN", ["x0", "x1"]],
        ["nothing", "NoOp"],
        ["stopped", "StopGradient", ["x0"]],
        ["quantized", "FakeQuantWithMinMaxVars", ["x0"], { min: -1, max: 1 }],
        ["after", "Identity", ["x2", "^nothing"]],
      ],
      [
        ...["limit", "same", "both", "both:1", "snap", "rank", "size", "shape", "shapes"],
        ...["shapes:1", "stopped", "quantized", "after"],
      ],
    ),
  ],
  Print: [one("Print", [float(2, 3), float(2)], { message: "printed", summarize: 2 })],

  HashTable: [table("HashTable", "LookupTableImport", "LookupTableFind", "LookupTableSize")],
  HashTableV2: [
    table("HashTableV2", "LookupTableImportV2", "LookupTableFindV2", "LookupTableSizeV2"),
    table("HashTableV2", "InitializeTable", "LookupTableFindV2", "LookupTableSizeV2"),
    table("HashTableV2", "InitializeTableV2", "LookupTableFindV2", "LookupTableSizeV2"),
  ],

  ...each(["ResizeBilinear", "ResizeNearestNeighbor"], (op) => [
    one(op, [float(1, 6, 6, 3), integers([9, 4])], {
      align_corners: true,
      half_pixel_centers: false,
    }),
    one(op, [float(1, 6, 6, 3), integers([3, 12])], {
      align_corners: false,
      half_pixel_centers: true,
    }),
  ]),
  CropAndResize: ["bilinear", "nearest"].map((method) =>
    one(
      "CropAndResize",
      [
        IMAGES,
        floats([0, 0, 1, 1, 0.2, 0.1, 0.7, 1.2], [2, 4]),
        integers([1, 0]),
        integers([4, 5]),
      ],
      { method, extrapolation_value: 0.5 },
    ),
  ),
  ImageProjectiveTransformV3: ["BILINEAR", "NEAREST"].map((interpolation) =>
    one(
      "ImageProjectiveTransformV3",
      [IMAGES, floats([1, 0.2, -1, 0.1, 0.9, 1, 0, 0], [1, 8]), integers([6, 7]), number(0.5)],
      { interpolation, fill_mode: "REFLECT" },
    ),
  ),

  ...each(["Equal", "NotEqual", "Greater", "GreaterEqual", "Less", "LessEqual"], (op) => [
    one(op, [float(3, 5), float(5)]),
    one(op, [integers([1, 2, 3, 4]), integers([1, 3, 2, 4])]),
  ]),
  ...each(["LogicalAnd", "LogicalOr"], (op) => [one(op, [bool(3, 5), bool(5)])]),
  LogicalNot: [one("LogicalNot", [bool(3, 5)])],
  ...each(["Select", "SelectV2"], (op) => [one(op, [bool(3, 5), float(3, 5), float(3, 5)])]),

  _FusedMatMul: ["Relu", "Elu", "Sigmoid", "LeakyRelu"].map((activation) =>
    one("_FusedMatMul", [float(5, 7), float(7, 3), float(3)], {
      ...{ num_args: 1, fused_ops: ["BiasAdd", activation], leakyrelu_alpha: 0.3 },
      ...{ transpose_a: false, transpose_b: false },
    }),
  ),
  MatMul: [
    one("MatMul", [float(5, 7), float(7, 3)]),
    one("MatMul", [float(7, 5), float(3, 7)], { transpose_a: true, transpose_b: true }),
  ],
  ...each(["BatchMatMul", "BatchMatMulV2"], (op) => [
    one(op, [float(2, 5, 7), float(2, 7, 3)]),
    one(op, [float(1, 5, 7), float(3, 3, 7)], { adj_y: true }),
  ]),
  Transpose: [
    one("Transpose", [float(2, 3, 4), integers([2, 0, 1])]),
    one("Transpose", [bool(3, 5), integers([1, 0])]),
  ],
  Einsum: [one("Einsum", [float(2, 3, 4), float(2, 5, 4)], { equation: "bij,bkj->bik", N: 2 })],
  MatrixBandPart: [one("MatrixBandPart", [float(4, 5), int(1), int(-1)])],

  EuclideanNorm: [one("EuclideanNorm", [float(3, 5), integers([1])], { keep_dims: true })],
  ...each(["FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"], (op) => [
    one(op, [float(2, 3, 4, 3), float(3), float(3), float(3), floats([0.5, 1, 2])], {
      epsilon: 0.01,
    }),
  ]),
  LRN: [one("LRN", [float(1, 3, 3, 9)], { depth_radius: 2, bias: 1, alpha: 0.5, beta: 0.75 })],
  ...each(["Softmax", "LogSoftmax"], (op) => [one(op, [float(3, 7)])]),

  Bincount: [one("Bincount", [integers([1, 3, 1, 0]), int(5), floats([1, 2, 0.5, 1])])],
  DenseBincount: [
    one("DenseBincount", [integers([1, 3, 1, 0, 2, 2], [2, 3]), int(4), floats([], [0])], {
      binary_output: false,
    }),
  ],
  ...each(["Max", "Min", "Mean", "Sum", "Prod"], (op) => [
    one(op, [float(2, 3, 4), integers([0, 2])], { keep_dims: false }),
    one(op, [integer(5, 3), integers([1])], { keep_dims: true }),
  ]),
  ...each(["All", "Any"], (op) => [one(op, [bool(6, 2), integers([1])], { keep_dims: false })]),
  ...each(["ArgMax", "ArgMin"], (op) => [one(op, [float(3, 7), int(1)])]),
  ...each(["Cumsum", "Cumprod"], (op) => [
    one(op, [float(3, 7), int(1)], { exclusive: false, reverse: false }),
    one(op, [float(3, 7), int(0)], { exclusive: true, reverse: true }),
  ]),

  ConcatV2: [one("ConcatV2", [float(2, 3), float(2, 4), int(1)], { N: 2 })],
  Concat: [one("Concat", [int(0), integer(2, 3), integer(1, 3)], { N: 2 })],
  GatherV2: [
    one("GatherV2", [float(4, 5), integers([3, 0, 3]), int(0)]),
    one("GatherV2", [float(2, 4, 3), integers([3, 0, 1, 1], [2, 2]), int(1)], { batch_dims: 1 }),
  ],
  Gather: [one("Gather", [integer(4, 5), integers([3, 0, 3])])],
  Reverse: [
    one("Reverse", [float(2, 3, 4), { shape: [3], values: [true, false, true], dtype: "bool" }]),
  ],
  ReverseV2: [one("ReverseV2", [integer(2, 3, 4), integers([1])])],
  Slice: [one("Slice", [float(4, 5), integers([1, 0]), integers([2, 3])])],
  StridedSlice: [
    one("StridedSlice", [float(4, 5), integers([0, 4]), integers([4, 0]), integers([2, -1])], {
      begin_mask: 1,
    }),
    one("StridedSlice", [float(4, 5, 3), integers([1, 0]), integers([2, 3]), integers([1, 1])], {
      ...{ shrink_axis_mask: 1, ellipsis_mask: 0, new_axis_mask: 0, end_mask: 2 },
    }),
  ],
  Pack: [one("Pack", [float(2, 3), float(2, 3)], { axis: 1 })],
  Unpack: [one("Unpack", [float(2, 3)], { axis: 1 }, { results: 3 })],
  Tile: [one("Tile", [float(2, 3), integers([2, 3])])],
  Split: [one("Split", [int(1), float(2, 6)], { num_split: 3 }, { results: 3 })],
  SplitV: [one("SplitV", [float(2, 6), integers([1, 5]), int(1)], {}, { results: 2 })],
  ScatterNd: [one("ScatterNd", [integers([3, 0, 3], [3, 1]), float(3, 2), integers([5, 2])])],
  GatherNd: [one("GatherNd", [float(3, 4, 2), integers([1, 2, 0, 3], [2, 2])])],
  SparseToDense: [
    one("SparseToDense", [integers([0, 1, 2, 0], [2, 2]), integers([3, 3]), float(2), number(-1)]),
  ],
  TensorScatterUpdate: [
    one("TensorScatterUpdate", [float(4, 2), integers([2, 0], [2, 1]), float(2, 2)]),
  ],

  SparseFillEmptyRows: [
    one(
      "SparseFillEmptyRows",
      [integers([0, 0, 2, 1], [2, 2]), floats([1, 2]), integers([4, 3]), number(7)],
      {},
      { results: 4 },
    ),
  ],
  SparseReshape: [
    one(
      "SparseReshape",
      [integers([0, 0, 1, 2], [2, 2]), integers([2, 3]), integers([3, -1])],
      {},
      { results: 2 },
    ),
  ],
  ...each(["SparseSegmentMean", "SparseSegmentSum"], (op) => [
    one(op, [float(4, 3), integers([0, 3, 1]), integers([0, 0, 1])]),
  ]),

  StaticRegexReplace: [
    one("StaticRegexReplace", [strings("aab", "cab")], {
      ...{ pattern: "a", rewrite: "x", replace_global: true },
    }),
  ],
  StringNGrams: [
    one(
      "StringNGrams",
      [strings("a", "b", "c", "d"), integers([0, 3, 4])],
      {
        ...{ separator: "|", ngram_widths: [2, 3], left_pad: "l", right_pad: "r", pad_width: 1 },
        preserve_short_sequences: true,
      },
      { results: 2 },
    ),
  ],
  StringSplit: [
    one("StringSplit", [strings("a b", "c"), text(" ")], { skip_empty: true }, { results: 3 }),
  ],
  StringToHashBucketFast: [
    one("StringToHashBucketFast", [strings("a", "bcd")], { num_buckets: 10 }),
  ],

  Cast: [
    one("Cast", [float(3, 5)], { DstT: "DT_INT32" }),
    one("Cast", [integer(3, 5)], { DstT: "DT_BOOL" }),
    one("Cast", [bool(3, 5)], { DstT: FLOAT }),
  ],
  ExpandDims: [one("ExpandDims", [float(2, 3), int(1)])],
  MirrorPad: ["REFLECT", "SYMMETRIC"].map((mode) =>
    one("MirrorPad", [float(3, 4), integers([1, 2, 0, 1], [2, 2])], { mode }),
  ),
  Pad: [one("Pad", [float(3, 4), integers([1, 2, 0, 1], [2, 2])])],
  PadV2: [one("PadV2", [integer(3, 4), integers([1, 2, 0, 1], [2, 2]), int(7)])],
  Reshape: [one("Reshape", [float(2, 6), integers([3, -1])])],
  EnsureShape: [one("EnsureShape", [float(2, 6), integers([2, 6])])],
  Squeeze: [one("Squeeze", [float(2, 1, 3)], { axis: [1] })],
  SpaceToBatchND: [
    one("SpaceToBatchND", [float(1, 4, 5, 2), integers([2, 2]), integers([0, 0, 1, 0], [2, 2])]),
  ],
  BatchToSpaceND: [
    one("BatchToSpaceND", [float(4, 2, 3, 2), integers([2, 2]), integers([0, 0, 1, 0], [2, 2])]),
  ],
  DepthToSpace: [one("DepthToSpace", [float(1, 2, 3, 8)], { block_size: 2, data_format: "NHWC" })],
  BroadcastTo: [one("BroadcastTo", [float(3, 1), integers([2, 3, 4])])],
  BroadcastArgs: [one("BroadcastArgs", [integers([2, 1, 4]), integers([3, 1])])],
};

/** Operations that no graph can have. */
export const LEFT_OUT = [
  // tfjs-converter has them in a list that it does not load.
  ...["RaggedGather", "RaggedRange", "RaggedTensorToTensor"],
  // It asks for its inputs by other names than the list has.
  "BitwiseAnd",
  // They need the WebAssembly of tensorflow-decision-forests, a package of its own.
  "SimpleMLCreateModelResource",
  "SimpleMLInferenceOpWithHandle",
  "SimpleMLLoadModelFromPathWithHandle",
];
