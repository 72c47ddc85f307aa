import { inflateRawSync } from "node:zlib";

/** A file of a zip: enough of the format for what Python writes. */
export function unzip(zip: Buffer, name: string): Buffer {
  for (let at = zip.indexOf("PK\x01\x02", 0, "latin1"); at >= 0;) {
    const length = zip.readUInt16LE(at + 28);
    if (zip.toString("utf8", at + 46, at + 46 + length) === name) {
      const local = zip.readUInt32LE(at + 42);
      const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
      const data = zip.subarray(start, start + zip.readUInt32LE(at + 20));
      return zip.readUInt16LE(at + 10) === 0 ? data : inflateRawSync(data);
    }
    at = zip.indexOf("PK\x01\x02", at + 4, "latin1");
  }
  throw new Error(`no ${name}`);
}
