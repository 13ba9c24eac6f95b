// Text of others, shown on a terminal: control characters are commands there, and line breaks would make lines of their
// own. So they are written as \x and two digits.

const control = /[^\P{Cc}\t]/gu;

/** The text without control characters but tabs. */
export function printable(text: string): string {
  return text.replaceAll(control, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
