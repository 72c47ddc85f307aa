/**
 * Adds parts in one fixed order, as a binary tree: ((0 + 1) + (2 + 3)) + ((4 + 5) + (6 + 7)). Floats do not add
 * to the same bits in every order; whoever adds a branch of the tree, it is the same branch.
 *
 * Of 2, 4, 8 ... neighbours that begin at a multiple of their number, the sum is a branch.
 * @param from number of the first part.
 * @param to number behind the last.
 * @param part gives one, in the order of their numbers; undefined where there is none.
 * @param add may reuse either.
 * @returns undefined if there are no parts.
 */
export async function addInTree<T>(
  from: number,
  to: number,
  part: (index: number) => T | undefined | Promise<T | undefined>,
  add: (left: T, right: T) => T,
): Promise<T | undefined> {
  if (to - from === 1) return part(from);
  const middle = from + largestPowerBelow(to - from);
  const left = await addInTree(from, middle, part, add);
  const right = await addInTree(middle, to, part, add);
  if (left === undefined || right === undefined) return left ?? right;
  return add(left, right);
}

/** The largest power of two below a number of at least 2. */
const largestPowerBelow = (count: number): number => 2 ** (31 - Math.clz32(count - 1));
