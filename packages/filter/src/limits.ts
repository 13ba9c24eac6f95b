// What an expression may cost. An expression can come from anywhere: it must not take memory or stack without bound.

/** Characters of an expression at most. The program of one is smaller than 16 MB. */
export const maximumExpressionLength = 16384;

/** Parentheses, brackets, negations and minus signs within each other at most. */
export const maximumNesting = 128;
