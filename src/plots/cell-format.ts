/** From here on numbers would not fit into their cells. */
const HUGE = 1e12;

/** How the numbers of all cells are printed. */
export interface CellFormat {
  readonly print: (value: number) => string;
  /** The same for the bar, in d3's language. */
  readonly bar: string;
  /** Smallest distance of two numbers at the bar. */
  readonly step: number;
}

/** Whole numbers in full, others with two decimals or more; very large and very small ones as powers. */
export function cellFormat(max: number, isWhole: boolean): CellFormat {
  // Two significant digits of the largest cell at least: shares of everything are small.
  const decimals = isWhole ? 0 : Math.max(2, Math.ceil(-Math.log10(max)) + 1);
  if (decimals > 6) {
    const print = (value: number): string => (value === 0 ? "0" : value.toExponential(1));
    return { print, bar: ".1~e", step: max / 10 };
  }
  const print = (value: number): string =>
    value < HUGE ? value.toFixed(decimals) : value.toExponential(1);
  return { print, bar: max < HUGE ? `.${decimals}~f` : ".1~e", step: 10 ** -decimals };
}
