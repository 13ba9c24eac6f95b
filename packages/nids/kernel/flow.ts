// The record of a flow as byte offsets (src/tcp/flow-table.ts), and the flags in it (src/tcp/connection.ts), as far as the kernel looks at them. Fields
// of two have one for each side.

export const flowBytes: u32 = 64;
export const FLOW_FLAGS: usize = 16;
export const NEXT: usize = 20;
export const ACKED: usize = 28;
export const ADVERTISED: usize = 36;
export const LAST_SEEN: usize = 44;
export const COUNT: usize = 48;

/** Of the details. */
export const detailBytes: u32 = 32;
export const TSVAL: usize = 8;

export const STATE_MASK: u32 = 0x7;
export const ESTABLISHED: u32 = 3;
export const IGNORED: u32 = 6;
export const TIMESTAMPS: u32 = 1 << 12;
export const ATTENTION: u32 = 1 << 15;
export const BACKLOG_0: u32 = 1 << 16;
export const anyBacklog: u32 = BACKLOG_0 | (BACKLOG_0 << 1);
export const scaleShift: u32 = 20;
