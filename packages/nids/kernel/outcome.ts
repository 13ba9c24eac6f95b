// What has become of the entry that ended a call of `advance`. express-window.ts has the same, but for the last two.

/** Nothing: it is as it was. */
export const LEFT: u32 = 0;
export const DELIVER: u32 = 1;
export const ANNOUNCE: u32 = 2;
export const COMPLETE: u32 = 3;
export const FILL: u32 = 4;
/** It completed a datagram, which is no plain segment: that is in the entry now, to be taken by TypeScript. */
export const ASSEMBLED: u32 = 5;
/** Of the others: nobody is told. */
export const DONE: u32 = 6;
/** It completed a datagram, and that is a plain segment, which is in the entry now and still to be taken. */
export const SEGMENT: u32 = 7;
