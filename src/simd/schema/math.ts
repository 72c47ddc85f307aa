/**
 * The constants of assembly/math.ts, which the host writes into linear memory once. Engines make a
 * constant vector anew at each use, of three or four instructions; from memory it is one.
 */
export const MATH = {
  Double: {
    LogOf2: Math.LN2,
    Log2OfE: Math.LOG2E,
    /** Added, it rounds to an integer, which is then in the low bits. */
    Round: 1.5 * 2 ** 52,
    One: 1,
    /** The result of a power is 0 or infinity beyond these. */
    PowerLow: -110,
    PowerHigh: 100,
    // log((1 + s) / (1 - s)) / s of s^2 up to 0.0295, to 4e-12 of it.
    PowerLog0: 0.23617474430402527,
    PowerLog1: 0.2853498548163085,
    PowerLog2: 0.40000385876075706,
    PowerLog3: 0.6666666524042564,
    PowerLog4: 2.0000000000084244,
    // exp(r) of |r| up to log(2) / 2, to 4e-11 of it.
    PowerExp0: 0.00019775166554850547,
    PowerExp1: 0.001394818340536405,
    PowerExp2: 0.008333561100301009,
    PowerExp3: 0.04166622542386835,
    PowerExp4: 0.16666665126077665,
    PowerExp5: 0.5000000104537083,
    PowerExp6: 1.0000000002431053,
    PowerExp7: 0.9999999999616827,
  },
  Float: {
    One: 1,
    Half: 0.5,
    Two: 2,
    Log2OfE: Math.LOG2E,
    /** Added to a float of moderate size, it rounds to an integer, which is then in the low bits. */
    Round: 12582912,
    /** log 2 in two parts, of which the first has so few bits that its product with n is exact. */
    LogOf2: 0.693359375,
    RestOfLogOf2: -2.1219444e-4,
    Exp0: 1.98756915e-4,
    Exp1: 1.3981999507e-3,
    Exp2: 8.3334519073e-3,
    Exp3: 4.1665795894e-2,
    Exp4: 1.6666665459e-1,
    Exp5: 5.0000001201e-1,
    /** Beyond these, exp is 0, infinity and expm1 is -1. */
    ExpLow: -104,
    ExpHigh: 89,
    Expm1Low: -30,
    /** Beyond this, tanh is 1 to the last bit. */
    TanhHigh: 40,
    TwoTo24: 2 ** 24,
    TwoToMinus24: 2 ** -24,
    Log0: 7.037683629e-2,
    Log1: -1.151461031e-1,
    Log2: 1.167699874e-1,
    Log3: -1.2420140846e-1,
    Log4: 1.4249322787e-1,
    Log5: -1.6668057665e-1,
    Log6: 2.0000714765e-1,
    Log7: -2.4999993993e-1,
    Log8: 3.3333331174e-1,
    SmallestNormal: 2 ** -126,
    TwoTo23: 2 ** 23,
    TwentyThree: 23,
    Infinity,
    MinusInfinity: -Infinity,
    NaN,
    Tanh0: -5.70498872745e-3,
    Tanh1: 2.06390887954e-2,
    Tanh2: -5.37397155531e-2,
    Tanh3: 1.33314422036e-1,
    Tanh4: -3.33332819422e-1,
    TanhNear: 0.625,
    GeluEnd: 5.5,
    GeluAbove0: -1.3034907169640064e-4,
    GeluAbove1: 3.3529431093484163e-3,
    GeluAbove2: -3.469427302479744e-2,
    GeluAbove3: 1.8062341213226318e-1,
    GeluAbove4: -4.734036922454834e-1,
    GeluAbove5: 4.999978840351105e-1,
    GeluBelow0: 2.7515008696354926e-4,
    GeluBelow1: -1.0297243716195226e-3,
    GeluBelow2: 4.140437114983797e-3,
    GeluBelow3: -2.5741602294147015e-3,
    GeluBelow4: 2.4316780269145966e-2,
    GeluBelow5: -1.1548063717782497e-2,
    GeluBelow6: 2.4316829442977905e-1,
    GeluBelow7: -1.4902646839618683e-1,
    /** Of GELU. */
    SlopeLow: -6,
    SlopeHigh: 6,
    SlopeAbove0: 9.178769744266901e-9,
    SlopeAbove1: 4.966357209923444e-7,
    SlopeAbove2: 1.8361426555202343e-5,
    SlopeAbove3: 0.00010910696437349543,
    SlopeAbove4: 0.007463605143129826,
    SlopeAbove5: -0.012053480371832848,
    SlopeAbove6: 0.42973339557647705,
    SlopeBelow0: 7.08016978379078e-10,
    SlopeBelow1: 1.8250214850468183e-7,
    SlopeBelow2: 5.550538844545372e-6,
    SlopeBelow3: 0.00013210785982664675,
    SlopeBelow4: 0.0021387815941125154,
    SlopeBelow5: 0.023768272250890732,
    SlopeBelow6: 0.16442331671714783,
    SlopeBelow7: 0.5385909676551819,
    ErfLow: -4,
    ErfHigh: 4,
    ErfAbove0: -2.72614225801306e-10,
    ErfAbove1: 2.77068142495902e-8,
    ErfAbove2: -2.10102402082508e-6,
    ErfAbove3: -5.69250639462346e-5,
    ErfAbove4: -7.34990630326855e-4,
    ErfAbove5: -2.95459980854025e-3,
    ErfAbove6: -1.60960333262415e-2,
    ErfBelow0: -1.45660718464996e-5,
    ErfBelow1: -2.13374055278905e-4,
    ErfBelow2: -1.68282697438203e-3,
    ErfBelow3: -7.37332916720468e-3,
    ErfBelow4: -1.42647390514189e-2,
  },
  Int: {
    SignBit: -(2 ** 31),
    /** Of a float: its fraction, and sqrt(1/2) as bits. */
    Fraction: 0x007fffff,
    RootOfHalf: 0x3f3504f3,
    /** The exponent's bits but the lowest. */
    Exponent: -(2 ** 23),
  },
} as const;

type Kind = keyof typeof MATH;

/** Byte address of the first constant: doubles, floats, ints, in this order. */
export const MATH_PTR = 2048;

const BYTES = { Double: 8, Float: 4, Int: 4 } as const;

/** The address of each constant, by kind and name. */
export function mathAddresses(): [kind: Kind, name: string, address: number, value: number][] {
  let end = MATH_PTR;
  return (Object.keys(MATH) as Kind[]).flatMap((kind) =>
    Object.entries<number>(MATH[kind]).map(([name, value]) => {
      const address = end;
      end += BYTES[kind];
      return [kind, name, address, value] as [Kind, string, number, number];
    }),
  );
}

/** Writes the constants into the memory of a module. */
export function writeMath(memory: ArrayBufferLike): void {
  const view = new DataView(memory);
  const write = { Double: "setFloat64", Float: "setFloat32", Int: "setInt32" } as const;
  for (const [kind, , address, value] of mathAddresses()) view[write[kind]](address, value, true);
}
