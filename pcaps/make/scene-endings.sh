# How connections begin, pause and end: steps of endings.py, one capture each, and socat with sort.

scene_endings() {
  lab_cable
  step reset
  step half_close half-close.pcap
  step keep_alive keep-alive.pcap
  step zero_window zero-window.pcap
  step port_reuse port-reuse.pcap
  step urgent
  step wraparound
  programs_stop
  lab_down

  # Both SYN (and later both FIN) cross on the way: a wire with 50 ms in each direction.
  lab_wire
  relay_start --delay 0.05
  step simultaneous
}

# step NAME [FILE]   plays the steps NAME of endings.py between client and server.
step() {
  capture tsnids-client eth0 "${2:-$1.pcap}"
  if [ "$1" = half_close ]; then sort_remotely; fi
  timeout 60 python3 "$here/make/endings.py" "$1"
  capture_end
}

# socat ends its writing side at the end of its input; sort answers only then.
sort_remotely() {
  start tsnids-server sort socat TCP-LISTEN:7000,reuseaddr EXEC:"sort -k 3"
  listening tsnids-server 7000
  on_client socat -t 10 - "TCP:$server4:7000" < "$work/content/page.txt" > "$work/answer"
}
