// UTF-8, by what every platform has as a global: Node, Deno, Bun and browsers. TypeScript types these two names only
// together with the whole DOM, which this package must not see.

interface TextCoding {
  readonly TextEncoder: new () => { encode(text: string): Uint8Array<ArrayBuffer> };
  readonly TextDecoder: new () => { decode(bytes: Uint8Array): string };
}

const { TextEncoder, TextDecoder } = globalThis as unknown as TextCoding;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The bytes of a text. */
export function encodeText(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** The text in the bytes; what is not UTF-8 becomes U+FFFD. */
export function decodeText(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
