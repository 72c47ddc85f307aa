/** A number as Python's `repr` writes it, which JSON could not hold: `"nan"`, `"inf"`, `"-0.0"`. */
export const fromPython = (text: string): number => Number(text.replace("inf", "Infinity"));
