/** Bytes `from` to `to - 1` of a file; fewer where it ends before. */
export type ReadBytes = (from: number, to: number) => Promise<Uint8Array>;

const WINDOW_BYTES = 2 ** 16;

/** A file that is looked into here and there: what is read is kept until something else is needed. */
export class ByteWindow {
  readonly #read: ReadBytes;
  #from = 0;
  #bytes = new Uint8Array(0);

  constructor(read: ReadBytes) {
    this.#read = read;
  }

  /** The bytes from `at` on: `length` of them, or what there is before the file ends. */
  async upTo(at: number, length: number): Promise<Uint8Array> {
    if (at < this.#from || at + length > this.#from + this.#bytes.length) {
      const bytes = await this.#read(at, at + Math.max(length, WINDOW_BYTES));
      // A copy, if need be, of a Buffer that shares its memory with others.
      this.#bytes = new Uint8Array(bytes);
      this.#from = at;
    }
    const start = at - this.#from;
    return this.#bytes.subarray(start, start + length);
  }

  /**
   * The bytes from `at` on, as a view.
   * @throws {RangeError} if the file ends before.
   */
  async view(at: number, length: number): Promise<DataView> {
    const bytes = await this.upTo(at, length);
    if (bytes.length < length) throw new RangeError("the file ends");
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** `length` bytes from `at` on as Latin-1 text, or fewer where the file ends. */
  async text(at: number, length: number): Promise<string> {
    return String.fromCharCode(...(await this.upTo(at, length)));
  }
}
