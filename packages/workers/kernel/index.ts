// The kernel of the reading thread: it spreads frames over the blocks of the workers. src/frame-spreader.ts has the same
// in TypeScript, for where there is no WebAssembly. The layouts are those of src/frame-block.ts and src/lane-record.ts.

const everyShare: u32 = 0xffff;

/** Columns of a block, of the frames in hand as well, and the bytes behind them. */
const framesOfBlock: u32 = 4096;
const bytesOfBlock: u32 = 524288;
const columnBytes: usize = framesOfBlock * 4;
const SECONDS: usize = 0;
const OFFSET: usize = 2 * columnBytes;
const CAPTURED: usize = 3 * columnBytes;
const ORIGINAL: usize = 4 * columnBytes;
const NANOSECONDS: usize = 5 * columnBytes;
const INTERFACE: usize = 6 * columnBytes;
const BYTES: usize = 7 * columnBytes;

/** The record of a lane. */
const laneBytes: u32 = 32;
const BLOCK: usize = 0;
const ENTRIES: usize = 4;
const END: usize = 8;
const FRAMES: usize = 16;
const FRAME_BYTES: usize = 24;

/** Frames up to this length are copied here, 16 bytes a step; for longer ones the system's copy is worth its call. */
const longestCopiedHere: u32 = 512;

let columns: u32 = 0;
let shares: u32 = 0;
let lanes: u32 = 0;
let lanesEnd: u32 = 0;

/** Says where the columns of the frames in hand and their shares lie, and the records of so many lanes. */
export function use(columnsAt: u32, sharesAt: u32, lanesAt: u32, count: u32): void {
  columns = columnsAt;
  shares = sharesAt;
  lanes = lanesAt;
  lanesEnd = lanesAt + count * laneBytes;
}

/**
 * Gives frames `first` to `last` - 1 to those they are for, `shift` bytes behind where their column says. Returns the
 * first one for which there is no room; `last` where there is for all.
 */
export function spread(first: u32, last: u32, shift: u32): u32 {
  for (let index = first; index < last; index++) {
    const share = <u32>load<u16>(shares + (index << 1));
    const captured = load<u32>(columns + (index << 2), CAPTURED);
    const frame = load<u32>(columns + (index << 2), OFFSET) + shift;
    if (share != everyShare) {
      const lane = lanes + share * laneBytes;
      if (!hasRoom(lane, captured)) return index;
      add(lane, index, frame, captured);
      store<f64>(lane, load<f64>(lane, FRAMES) + 1, FRAMES);
      store<f64>(lane, load<f64>(lane, FRAME_BYTES) + <f64>captured, FRAME_BYTES);
    } else {
      for (let lane = lanes; lane < lanesEnd; lane += laneBytes) if (!hasRoom(lane, captured)) return index;
      for (let lane = lanes; lane < lanesEnd; lane += laneBytes) add(lane, index, frame, captured);
    }
  }
  return last;
}

@inline
function hasRoom(lane: u32, captured: u32): bool {
  if (load<u32>(lane, BLOCK) == 0 || load<u32>(lane, ENTRIES) == framesOfBlock) return false;
  return captured <= bytesOfBlock - load<u32>(lane, END);
}

@inline
function add(lane: u32, index: u32, frame: u32, captured: u32): void {
  const block = load<u32>(lane, BLOCK);
  const entry = load<u32>(lane, ENTRIES);
  const end = load<u32>(lane, END);
  const from = columns + (index << 2);
  const to = block + (entry << 2);
  store<u64>(block + (entry << 3), load<u64>(columns + (index << 3), SECONDS), SECONDS);
  store<u32>(to, end, OFFSET);
  store<u32>(to, captured, CAPTURED);
  store<u32>(to, load<u32>(from, ORIGINAL), ORIGINAL);
  store<u32>(to, load<u32>(from, NANOSECONDS), NANOSECONDS);
  store<u32>(to, load<u32>(from, INTERFACE), INTERFACE);
  store<u32>(lane, entry + 1, ENTRIES);
  store<u32>(lane, end + captured, END);
  copy(block + end + <u32>BYTES, frame, captured);
}

/** Copies a frame; up to 15 bytes behind it are written, too, where the next frame goes. */
@inline
function copy(to: u32, from: u32, length: u32): void {
  if (length > longestCopiedHere) memory.copy(to, from, length);
  else for (let at: u32 = 0; at < length; at += 16) v128.store(to + at, v128.load(from + at));
}
