import type { Place, PlanWriter } from "./plan.ts";
import { roundUp } from "./sizes.ts";

/** What is packed of one or several matrices that lie one behind the other. */
export interface Packed {
  /** Of a panel: those of all matrices. */
  readonly rows: number;
  readonly columns: number;
  /** Whether the columns are those of the transposed matrices. */
  readonly transposed: boolean;
  /** Which matrices, one below the other. */
  readonly indices?: readonly number[];
}

/** Has the sizes, since tensors of several shapes may share their data. */
export function panelsName({ rows, columns, transposed, indices = [0] }: Packed): string {
  return `panels ${rows} x ${columns}${transposed ? ", transposed" : ""}, ${indices.join()}`;
}

/** Matrices in panels: 8 columns, all rows one after the other. */
export function panelsOf(plan: PlanWriter, matrices: Place, packed: Packed): Place {
  const { rows, columns, transposed, indices = [0] } = packed;
  const bytes = indices.length * rows * roundUp(columns, 8) * 4;
  return plan.prepared(panelsName(packed), matrices, bytes, (panels) => {
    plan.call("conv2d_pack_filter_f32", Math.ceil(columns / 8), {
      ...{ filter: matrices, panels, rows, columns, transposed, taps: indices.length },
      indices: plan.table(indices),
    });
  });
}
