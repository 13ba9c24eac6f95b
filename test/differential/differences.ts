/**
 * The crafted captures of the oracle whose events differ from libnids' own, and the differences that make them so, by their
 * numbers in docs/differences-from-libnids.md.
 */
export const differences: { readonly [vector: string]: readonly string[] } = {
  // A connection is not given up for a packet that does not fit.
  fuzz_tcp_09: ["D4"],
  fuzz_tcp_35: ["D4"],
  hs_server_early_tinyisn: ["D4"],
  hs_wrong_ack: ["D4"],

  // Queues are measured in bytes and segments, not in socket buffers; win_scale_oneside prints the measure.
  queue_limit: ["D7"],
  queue_limit_dupes: ["D7"],
  queue_limit_small: ["D7"],
  win_scale_oneside: ["D7"],

  fuzz_tcp_27: ["D8"],

  hdr_doff_small: ["D10"],

  end_flow_timeout: ["D11"],
  hs_refused_seq: ["D11"],
  hs_syn_new_isn: ["D11"],

  frag_contained: ["D14"],
  frag_contained_after: ["D14"],
  frag_contained_inv: ["D14"],
  frag_tail_equal: ["D14"],
  frag_zero_len: ["D14"],
  fuzz_frag_01: ["D14"],
  fuzz_frag_03: ["D14"],
  fuzz_frag_05: ["D14"],
  fuzz_frag_07: ["D14"],
  fuzz_frag_09: ["D14"],
  fuzz_frag_11: ["D14"],
  stress_frag_3: ["D14"],

  ll_eth_vlan: ["D17"],
  ll_fddi: ["D17"],
  ll_loop: ["D17"],
  ll_raw101: ["D17"],
  ll_sll: ["D17"],
  ll_slip: ["D17"],

  ip_len_big: ["D19"],

  ip_opts_eol: ["D20"],
  ip_opts_rr: ["D20"],
};
