import { decompress } from "../../bytes/decompress.ts";

/** The types of the chunks that hold text. */
export const PNG_TEXT = /^(tEX|[iz]TX)t$/;
/** The most that a text may have, also when it is decompressed. */
export const MAX_TEXT_BYTES = 2 ** 20;

const latin1 = (bytes: Uint8Array): string => new TextDecoder("latin1").decode(bytes);

/** What a chunk of text is called. */
export const keyOf = (bytes: Uint8Array): string => latin1(bytes.subarray(0, bytes.indexOf(0)));

/**
 * The text of a chunk, byte by byte; empty if it is damaged: the picture may still be whole.
 * @see https://www.w3.org/TR/png-3/#11textinfo
 */
export async function pngText(type: string, bytes: Uint8Array): Promise<string> {
  let start = bytes.indexOf(0) + 1;
  let isPacked = false;
  if (type === "zTXt") {
    isPacked = true;
    start += 1;
  } else if (type === "iTXt") {
    isPacked = bytes[start] === 1;
    // Behind two numbers come a language and the key in it.
    for (let strings = 0, at = start + 2; strings < 2; strings++) {
      at = bytes.indexOf(0, at) + 1;
      start = at;
    }
  }
  const text = bytes.subarray(start);
  if (!isPacked) return latin1(text);
  const stream = { format: "deflate", what: "text in a PNG file" } as const;
  return decompress("imageFromFile", stream, text, MAX_TEXT_BYTES).then(latin1, () => "");
}
