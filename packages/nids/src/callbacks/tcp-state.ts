// The states of a stream, as its callbacks are told them; libnids' nids_state.

/** The states a callback is called in. JUST_ESTABLISHED comes once, before any data; the last four end a stream. */
export const TcpState = {
  JUST_ESTABLISHED: "JUST_ESTABLISHED",
  DATA: "DATA",
  CLOSE: "CLOSE",
  RESET: "RESET",
  TIMED_OUT: "TIMED_OUT",
  EXITING: "EXITING",
} as const;
export type TcpState = (typeof TcpState)[keyof typeof TcpState];

/** The states that end a stream. */
export type TerminalState = "CLOSE" | "RESET" | "TIMED_OUT" | "EXITING";
