// Other people's text, shown on a terminal. Control characters are commands there, and a line break would make a line
// of its own; so they are written as \x and two digits.

const control = /[^\P{Cc}\t]/gu;

/** The text with control characters other than tabs written out. */
export function printable(text: string): string {
  return text.replaceAll(control, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
