/** Columns as wide as they need be; numbers stand on the right, as their heads do. */
export function table(rows: readonly (readonly string[])[]): string {
  const columns = rows[0].map((_, i) => rows.map((row) => row[i]));
  const padded = columns.map((column) => {
    const width = Math.max(...column.map((cell) => cell.length));
    const isRight = column.slice(1).every(isNumeral);
    return column.map((cell) => (isRight ? cell.padStart(width) : cell.padEnd(width)));
  });
  const lines = rows.map((_, i) => padded.map((column) => column[i]).join("  "));
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}

/** Whether a cell is empty, a number or a percentage. */
const isNumeral = (cell: string): boolean => !Number.isNaN(Number(cell.replace(/ %$/, "")));
