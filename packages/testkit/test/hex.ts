/** Bytes as hexadecimal text and back, so that expected headers can be written as RFCs and dumps show them. */

/** "45000028…" of bytes. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Hexadecimal text without its blanks, for comparison with `hex`. */
export function compact(text: string): string {
  return text.replace(/\s+/g, "");
}
