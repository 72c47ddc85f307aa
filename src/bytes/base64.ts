/** Bytes as base64, the text that JSON and URLs can hold. */
export function toBase64(bytes: Uint8Array): string {
  // In pieces: a function takes so many arguments at most.
  let binary = "";
  for (let at = 0; at < bytes.length; at += 4096) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 4096));
  }
  return btoa(binary);
}

/** The bytes of such a text. */
export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
