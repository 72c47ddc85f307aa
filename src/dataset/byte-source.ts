/**
 * Where a data set's files come from: a folder, a cache, a URL, an archive. A source only delivers
 * bytes; whoever loads from it verifies them, so no source has to be trusted.
 */
export interface ByteSource {
  /**
   * The bytes of one file, by its official name, e.g. `"data_batch_1.bin"`.
   * @throws {SourceError} if the file cannot be had.
   */
  read(fileName: string): Promise<Uint8Array>;
  /**
   * Called when the bytes of the last `read` failed verification: forget them, and fetch them anew.
   * A source that has no second copy to go to leaves this method out.
   * @param reason what was wrong with the bytes.
   */
  readAgain?(fileName: string, reason: Error): Promise<Uint8Array>;
}
