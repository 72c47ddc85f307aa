/**
 * What the elements of a tensor in a safetensors file are, by the format's own names: `"BOOL"`, `"U8"`,
 * `"I8"`, `"F8_E5M2"`, `"F8_E4M3"`, `"U16"`, `"I16"`, `"F16"`, `"BF16"`, `"U32"`, `"I32"`, `"F32"`, `"U64"`,
 * `"I64"` or `"F64"`.
 */
export type SafetensorsDtype = keyof typeof ELEMENTS;

/**
 * The array that holds elements of each type. Types that JavaScript has no array for are held as
 * their bits: F16 and BF16 as unsigned 16-bit numbers, BOOL and the 8-bit floats as bytes.
 */
const ELEMENTS = {
  BOOL: Uint8Array,
  U8: Uint8Array,
  I8: Int8Array,
  F8_E5M2: Uint8Array,
  F8_E4M3: Uint8Array,
  U16: Uint16Array,
  I16: Int16Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  U32: Uint32Array,
  I32: Int32Array,
  F32: Float32Array,
  U64: BigUint64Array,
  I64: BigInt64Array,
  F64: Float64Array,
} as const;

/** Elements of a tensor; which array it is follows from the tensor's type. */
export type SafetensorsData =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array
  | BigUint64Array
  | BigInt64Array;

/** Every type's name. */
export const SAFETENSORS_DTYPES = /* @__PURE__ */ Object.keys(
  ELEMENTS,
) as readonly SafetensorsDtype[];

/** Whether `value` names a type of the format. */
export function isSafetensorsDtype(value: unknown): value is SafetensorsDtype {
  return typeof value === "string" && Object.hasOwn(ELEMENTS, value);
}

/** The class of the array that holds elements of this type. */
export function elementArray(dtype: SafetensorsDtype): (typeof ELEMENTS)[SafetensorsDtype] {
  return ELEMENTS[dtype];
}
