import type { TextSink } from "../../../src/train/console/text-sink.ts";

/** A sink that keeps what it is given. */
export class TextBuffer implements TextSink {
  text = "";
  readonly isTTY: boolean;
  readonly columns: number | undefined;

  constructor({ isTTY = false, columns }: { isTTY?: boolean; columns?: number } = {}) {
    this.isTTY = isTTY;
    this.columns = columns;
  }

  write(text: string): void {
    this.text += text;
  }
}
