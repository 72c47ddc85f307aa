/**
 * Memory given back on the way through the gradients.
 *
 * TensorFlow.js keeps what the forward pass saved for them, and the gradient of every operation's output,
 * until the last one is there: about twice what the network's outputs take. Each of these is needed by
 * one operation, behind which nobody asks for it again.
 */
import { engine, type Tensor, tidy } from "@tensorflow/tfjs-core";

type Tape = NonNullable<ReturnType<typeof engine>["state"]["activeTape"]>;
type Gradients = Record<string, () => Tensor>;

/**
 * To be called at the end of the function that gradients are taken of: from then on each operation's
 * part in them ends with giving up what only it needed. Gradients of gradients need all of it twice;
 * they are left alone.
 * @param variables that there shall be gradients for.
 */
export function releaseEarly(variables: readonly Tensor[]): void {
  const { activeTape, gradientDepth } = engine().state;
  if (activeTape === null || gradientDepth !== 1) return;
  const tape: Tape = activeTape;
  const reached = new Set(variables.map(({ id }) => id));
  let end = tape.length;
  tape.forEach((node, index) => {
    const names = Object.keys(node.inputs).filter((name) => reached.has(node.inputs[name]?.id));
    if (names.length === 0) {
      // What is frozen has no gradient.
      disposeAll(node.saved);
      return;
    }
    for (const { id } of node.outputs) reached.add(id);
    const { gradient } = node;
    if (gradient === undefined) return;
    node.gradient = (dys: Tensor[]): Gradients => {
      // Nothing behind this operation is to come.
      while (end > index + 1) disposeAll(tape[--end].saved);
      const results = tidy(() => {
        const gradients = gradient(dys);
        const others = new Set(dys);
        return names.map((name): [string, Tensor] => {
          const result = gradients[name]();
          const isOwn = !others.has(result) && !result.kept;
          others.add(result);
          return [name, isOwn ? result : result.clone()];
        });
      });
      disposeAll(dys.filter((dy) => dy !== null && !dy.kept));
      return Object.fromEntries(results.map(([name, result]) => [name, () => result]));
    };
  });
}

function disposeAll(tensors: readonly Tensor[] = []): void {
  for (const tensor of tensors) tensor.dispose();
}
