/** Attributes of the file with the weights' hash and the class names, which Keras passes over. */
export const HASH = "sha256";
export const CLASS_NAMES = "class_names";

/** What a file says besides the weights. */
export interface KerasNotes {
  readonly hash: string | undefined;
  readonly classNames: readonly string[] | undefined;
}
