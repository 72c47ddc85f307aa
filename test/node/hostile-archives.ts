/** Archives that mean harm: what each of them is, its bytes, and the error that it must meet. */
import { gzipSync } from "node:zlib";
import { tar, TAR_END, tarEntry, type TarEntry } from "./tar-writer.ts";

const A = Buffer.from("contents of a");
const B = Buffer.alloc(1500, 7);

/** An archive as it should be. */
export const GENUINE: readonly TarEntry[] = [
  { name: "data/", type: "5" },
  { name: "data/a.bin", data: A },
  { name: "data/readme.html", data: Buffer.from("<html>") },
  { name: "data/b.bin", data: B },
];

/** The files to take out of it, with their sizes. */
export const WANTED: ReadonlyMap<string, number> = new Map([
  ["data/a.bin", A.length],
  ["data/b.bin", B.length],
]);

/** What is in them. */
export const CONTENTS = { "data/a.bin": A.toString("latin1"), "data/b.bin": B.toString("latin1") };

const [, a, , b] = GENUINE;
const base256 = (first: number): Uint8Array => Uint8Array.of(first, ...Array<number>(11).fill(1));
const pax = (text: string): Buffer => Buffer.from(`${text.length + 3} ${text}`);
const many = Array.from({ length: 100_000 }, () => tarEntry({ name: "x" }).subarray(0, 512));

/** Archives to refuse, with a part of the message. */
export const REFUSED: readonly (readonly [what: string, archive: Buffer, message: RegExp])[] = [
  [
    "a symbolic link",
    tar([{ name: "data/a.bin", type: "2", linkName: "/etc/passwd" }]),
    /type "2"/,
  ],
  ["a link to outside", tar([{ name: "x", type: "2", linkName: "../.." }, a, b]), /type "2"/],
  ["a hard link", tar([{ name: "x", type: "1", linkName: "/etc/passwd" }, a, b]), /type "1"/],
  ["a character device", tar([{ name: "x", type: "3" }, a, b]), /type "3"/],
  ["a block device", tar([{ name: "x", type: "4" }, a, b]), /type "4"/],
  ["a FIFO", tar([{ name: "x", type: "6" }, a, b]), /type "6"/],
  [
    "a pax header",
    tar([{ name: "x", type: "x", data: Buffer.from("9 size=1\n") }, a, b]),
    /type "x"/,
  ],
  ["a global pax header", tar([{ name: "x", type: "g" }, a, b]), /type "g"/],
  [
    "a GNU long name",
    tar([{ name: "x", type: "L", data: Buffer.alloc(1e6, 97) }, a, b]),
    /type "L"/,
  ],
  ["a sparse file", tar([{ name: "x", type: "S" }, a, b]), /type "S"/],
  ["a directory with contents", tar([{ name: "data/", type: "5", data: A }, a, b]), /type "5"/],
  ["the same name twice", tar([a, a, b]), /a\.bin only once/],
  ["a file, then a link of its name", tar([a, { ...a, type: "2" }, b]), /type "2"/],
  ["a negative size", tar([{ ...a, size: "-0000000013\0" }, b]), /octal digits/],
  ["a size that is no number", tar([{ ...a, size: "garbage!!!!\0" }, b]), /octal digits/],
  ["an empty size", tar([{ ...a, size: "\0".repeat(12) }, b]), /octal digits/],
  ["a binary size", tar([{ ...a, size: base256(0x80) }, b]), /octal digits/],
  ["a negative binary size", tar([{ ...a, size: base256(0xff) }, b]), /octal digits/],
  [
    "a size beyond the archive",
    tar([{ name: "x", size: "77777777777\0" }, a, b]),
    /end of the file/,
  ],
  [
    "a wanted file that is too large",
    tar([{ ...a, data: Buffer.alloc(14) }, b]),
    /at most 13 bytes/,
  ],
  ["a claim to be very large", tar([{ ...a, size: "77777777777\0" }, b]), /at most 13 bytes/],
  ["a wrong checksum", tar([{ ...a, checksum: "000000\0 " }, b]), /checksums/],
  ["a checksum that is no number", tar([{ ...a, checksum: "zzzzzz\0 " }, b]), /checksum/],
  ["an old header", tar([{ ...a, magic: "\0".repeat(8) }, b]), /ustar/],
  ["no end", tar([a, b], Buffer.alloc(0)), /two zero blocks/],
  ["half an end", tar([a, b], Buffer.alloc(512)), /two zero blocks/],
  [
    "one zero block, then more",
    Buffer.concat([tar([a, b], Buffer.alloc(512)), tar([a])]),
    /got one zero block/,
  ],
  ["a missing file", tar([a]), /data\/b\.bin, got an archive without/],
  ["a name that only looks the same", tar([{ ...a, name: "data/../data/a.bin" }, b]), /without/],
  ["a name in other letters", tar([{ ...a, name: "DATA/A.BIN" }, b]), /without/],
  ["100,000 entries", Buffer.concat([...many, TAR_END]), /at most 1000 entries/],
  ["nothing but zeros", Buffer.alloc(1e6), /got an archive without/],
  ["no bytes", Buffer.alloc(0), /end of the file/],
  [
    "a pax header with another path and size",
    tar([{ name: "x", type: "x", data: pax("path=../../x\nsize=1\n") }, a, b]),
    /type "x"/,
  ],
  [
    "a chain of links",
    tar([
      { name: "l1", type: "2", linkName: "l2" },
      { name: "l2", type: "2", linkName: "/" },
      { ...a, name: "l1/x" },
    ]),
    /type "2"/,
  ],
  ["a hard link upwards", tar([{ name: "x", type: "1", linkName: "../../x" }, a, b]), /type "1"/],
  [
    "a GNU long link name",
    tar([{ name: "x", type: "K", data: Buffer.alloc(1e6, 97) }, a, b]),
    /type "K"/,
  ],
  [
    "a GNU long name 2,000 folders deep",
    tar([{ name: "x", type: "L", data: Buffer.from("d/".repeat(2000)) }, a, b]),
    /type "L"/,
  ],
  ["a seventh file after the wanted ones, twice", tar([a, b, b]), /b\.bin only once/],
];

/** Names that nobody asked for: such files are left in the archive. */
export const IGNORED: readonly string[] = [
  "../x",
  "../../../../tmp/x",
  "/absolute",
  "C:x",
  "C:..\\x",
  "\\\\host\\x",
  "data/\u00df.bin",
  "d/".repeat(49),
  "__proto__",
  "data/u\u0308.bin",
  "data/a.bin/../../x",
];

/** Archives that hide the files of an unwanted name among the wanted ones. */
export const withIgnored = (name: string): Buffer => tar([{ name, data: A }, a, b]);

/** Compressed files to refuse. */
export const REFUSED_GZIP: readonly (readonly [what: string, file: Buffer])[] = (() => {
  const whole = gzipSync(tar(GENUINE));
  const wrongChecksum = Buffer.from(whole);
  wrongChecksum[whole.length - 8] ^= 1;
  const wrongLength = Buffer.from(whole);
  wrongLength[whole.length - 1] ^= 1;
  const zeros = gzipSync(Buffer.alloc(10e6), { level: 1 });
  return [
    ["a wrong checksum", wrongChecksum],
    ["a wrong length", wrongLength],
    ["a missing byte", whole.subarray(0, -1)],
    ["half of a file", whole.subarray(0, whole.length / 2)],
    ["no gzip", tar(GENUINE)],
    ["text", A],
    ["garbage in a second member", Buffer.concat([whole, whole.subarray(0, 10), A])],
    ["1 GB of zeros in a small file", Buffer.concat(Array<Buffer>(100).fill(zeros))],
  ];
})();
