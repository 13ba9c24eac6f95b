// Many connections sharing a wire: a limited number is open at a time, one that ends makes room for the next, and they
// take turns at random, a few packets each. What a connection sends comes from its script, one batch of moves at a time.

const MOST_PACKETS_PER_TURN = 4;

/**
 * What a connection does: `next` gives its next moves (in the order they go on the wire), or undefined when it has
 * nothing more to send and only the close is left.
 * @typedef {object} Script
 * @property {import("./flow.js").Flow} flow
 * @property {() => import("./traffic.js").Move[] | undefined} next
 * @property {() => void} close writes the end of the connection
 */

/**
 * Runs all scripts to their end.
 * @param {import("./traffic.js").Traffic} traffic
 * @param {number} flows how many connections in all
 * @param {number} atOnce how many are open at a time
 * @param {() => Script} newScript
 */
export function rotate(traffic, flows, atOnce, newScript) {
  const { random } = traffic;
  const speakers = [];
  let started = 0;
  while (started < flows || speakers.length > 0) {
    // Filling up step by step keeps the start of the capture from being one storm of handshakes.
    if (started < flows && speakers.length < atOnce) {
      const script = newScript();
      traffic.open(script.flow);
      speakers.push({ script, moves: [], written: 0 });
      started++;
    }
    const turn = random.below(speakers.length);
    if (speak(traffic, speakers[turn])) continue;
    speakers[turn] = speakers[speakers.length - 1];
    speakers.pop();
  }
}

/** Writes a few moves of one connection; false when it is over. */
function speak(traffic, speaker) {
  for (let left = traffic.random.between(1, MOST_PACKETS_PER_TURN); left > 0; left--) {
    if (speaker.written === speaker.moves.length) {
      const moves = speaker.script.next();
      if (moves === undefined) {
        speaker.script.close();
        return false;
      }
      speaker.moves = moves;
      speaker.written = 0;
    }
    traffic.write(speaker.moves[speaker.written++]);
  }
  return true;
}
