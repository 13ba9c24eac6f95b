// What can be wrong with compressed data.

/** The data ends in its middle. */
export class CutCompression extends Error {
  override name = "CutCompression";
}

/** The data is not what the format asks for, or does not match its checksum. */
export class DamagedCompression extends Error {
  override name = "DamagedCompression";
}
