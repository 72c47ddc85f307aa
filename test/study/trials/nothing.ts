/** A module without a default export. */
export const trial = (): number => 1;
