/**
 * The values of an epoch or a batch under Keras's keys: `loss`, `accuracy`, and at the end of an
 * epoch with validation `val_loss` and `val_accuracy`; some callbacks add `learning_rate`. `acc` and
 * `val_acc`, TensorFlow.js's names, are understood, too.
 */
export type Logs = Record<string, number>;
