/**
 * Writes files of the origin private file system onto the disk. Only a Worker can wait for the disk
 * (`flush` of a sync access handle), and only a finished file may take a name: so a small Worker
 * writes under another name, flushes, and renames.
 */

/**
 * The Worker's program. Text, not a function: what bundlers do to functions need not work in a
 * Worker of its own.
 */
const PROGRAM = `onmessage = async ({ data: { folder, temporary, name, bytes } }) => {
  try {
    const file = await folder.getFileHandle(temporary, { create: true });
    const access = await file.createSyncAccessHandle();
    try {
      access.truncate(0);
      for (let at = 0; at < bytes.length; ) {
        const written = access.write(bytes.subarray(at), { at });
        if (!(written > 0)) throw new DOMException("nothing was written", "QuotaExceededError");
        at += written;
      }
      access.flush();
    } finally {
      access.close();
    }
    await file.move(name);
    postMessage(null);
  } catch (error) {
    postMessage({ name: error.name, message: error.message });
  }
};`;

/** A file that is to be written. */
interface FileToWrite {
  readonly folder: FileSystemDirectoryHandle;
  /** Its name until it is finished. */
  readonly temporary: string;
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Writes a file under a temporary name and then gives it its own, in place of one that has it.
 * @throws {DOMException} as the file system does, e.g. a `QuotaExceededError`.
 */
export async function writeFile(file: FileToWrite): Promise<void> {
  const url = URL.createObjectURL(new Blob([PROGRAM], { type: "text/javascript" }));
  const worker = new Worker(url, { name: "cifar-kit file writer" });
  try {
    await new Promise<void>((resolve, reject) => {
      worker.onmessage = ({
        data,
      }: MessageEvent<Pick<DOMException, "name" | "message"> | null>) => {
        if (data === null) resolve();
        else reject(new DOMException(data.message, data.name));
      };
      worker.onerror = ({ message }) => {
        // A policy that forbids the Worker gives an event without a message.
        const reason = message || "the page's policy forbids Workers from blob: addresses";
        reject(new DOMException(reason, "SecurityError"));
      };
      worker.postMessage(file);
    });
  } finally {
    worker.terminate();
    URL.revokeObjectURL(url);
  }
}
