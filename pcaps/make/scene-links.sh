# The same small visit to nginx, seen through other link layers and other ways to capture.

scene_links() {
  lab_cable
  nginx_start ""

  # A capture on loopback: checksums that nobody finished, segments far above any MTU.
  capture tsnids-server lo lo-offload.pcap
  on_server curl -sS -o "$work/fetched" "http://127.0.0.1/book.txt"
  on_server curl -sS -o "$work/fetched" "http://[::1]/chapter.txt"
  capture_end

  # Linux "cooked" capture of all devices of the server, loopback and Ethernet in one file.
  capture tsnids-server any sll.pcap -y LINUX_SLL
  small_visit
  on_server curl -sS -o "$work/fetched" "http://127.0.0.1/short.txt"
  capture_end

  capture tsnids-client eth0 nanoseconds.pcap --time-stamp-precision=nano
  small_visit
  capture_end

  # Only the first 128 bytes of each frame are kept.
  capture tsnids-client eth0 snaplen.pcap -s 128
  small_visit
  capture_end

  # TCP Fast Open (RFC 7413): the first connection fetches a cookie, the next ones send data in the SYN.
  on_client sysctl -q -w net.ipv4.tcp_fastopen=3
  on_server sysctl -q -w net.ipv4.tcp_fastopen=3
  capture tsnids-client eth0 fast-open.pcap
  for attempt in 1 2 3; do on_client curl -sS --tcp-fastopen -o "$work/fetched" "http://$server4/short.txt"; done
  capture_end
  programs_stop
  lab_down

  # 802.1Q: an access port at each end, the capture on the trunk between them.
  lab_trunk
  nginx_start ""
  start tsnids-wire port-left python3 -u "$here/make/vlan_port.py" left trunk0 7
  start tsnids-wire port-right python3 -u "$here/make/vlan_port.py" right trunk1 7
  logged port-left ready
  logged port-right ready
  capture tsnids-wire trunk0 vlan.pcap
  small_visit
  capture_end
  programs_stop
  lab_down

  # A point-to-point device without link layer (LINKTYPE_RAW).
  lab_hosts
  start tsnids-server tun python3 -u "$here/make/tun_pipe.py" tsnids-client tsnids-server eth0
  logged tun ready
  lab_addresses_tun
  nginx_start ""
  capture tsnids-client eth0 raw.pcap
  small_visit
  capture_end
}

small_visit() {
  on_client curl -sS -o "$work/fetched-#1" "http://$server4/{index.html,page.txt}"
  on_client curl -sS -o "$work/fetched" "http://[$server6]/page.txt"
}

lab_addresses_tun() {
  ip -n tsnids-client addr add $client4 peer $server4 dev eth0
  ip -n tsnids-server addr add $server4 peer $client4 dev eth0
  ip -n tsnids-client addr add $client6/64 dev eth0 nodad
  ip -n tsnids-server addr add $server6/64 dev eth0 nodad
  ip -n tsnids-client link set eth0 up
  ip -n tsnids-server link set eth0 up
}
