import { DataError } from "../errors.ts";

/** The error for a file of weights that is not the model's. */
export function mismatch(
  expected: string,
  got: string,
  remedy = "build the network that the file belongs to, or get the file again",
): DataError {
  return new DataError({ subject: "loadWeights", expected, got, remedy });
}
