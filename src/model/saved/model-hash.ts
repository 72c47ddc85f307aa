import { sha256 } from "../../bytes/sha256.ts";

/**
 * SHA-256 of what a model's file says, whatever its spaces and line breaks.
 * @param model what was read from the file, or is about to be written: what JSON leaves out counts in
 *   neither.
 */
export function modelHash(model: object): Promise<string> {
  return sha256(new TextEncoder().encode(JSON.stringify(model)));
}
