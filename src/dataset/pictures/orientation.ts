/** How a picture has to be turned to stand upright: first mirrored left to right, then turned. */
export interface Orientation {
  readonly mirror: boolean;
  /** Degrees, clockwise. */
  readonly turn: 0 | 90 | 180 | 270;
}

/** EXIF's numbers 1 to 8; 1 is upright. */
const ORIENTATIONS: readonly Orientation[] = [
  { mirror: false, turn: 0 },
  { mirror: true, turn: 0 },
  { mirror: false, turn: 180 },
  { mirror: true, turn: 180 },
  { mirror: true, turn: 270 },
  { mirror: false, turn: 90 },
  { mirror: true, turn: 90 },
  { mirror: false, turn: 270 },
];

/** What EXIF's number means; others than 1 to 8 mean nothing. */
export const orientationOf = (number = 1): Orientation =>
  ORIENTATIONS[number - 1] ?? ORIENTATIONS[0];
