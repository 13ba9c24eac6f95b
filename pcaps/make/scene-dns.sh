# nsd and dig. `large.example.test` has about 3.5 kB of text: over an MTU of 1500 its UDP answer is
# three fragments. `huge.example.test` fits in no UDP answer and is asked again over TCP.

nsd_start() {
  local number
  {
    echo "\$ORIGIN example.test."
    echo "\$TTL 300"
    echo "@ IN SOA ns hostmaster 1 3600 900 86400 300"
    echo "@ IN NS ns"
    echo "@ IN MX 10 mail"
    echo "ns IN A $server4"
    echo "ns IN AAAA $server6"
    echo "www IN CNAME ns"
    echo "mail IN A $server4"
    for number in {1..16}; do echo "large IN TXT \"$(text_record "$number")\""; done
    for number in {1..40}; do echo "huge IN TXT \"$(text_record "$number")\""; done
  } > "$work/example.zone"
  cat > "$work/nsd.conf" <<END
server:
  ip-address: 0.0.0.0
  ip-address: ::0
  username: ""
  zonesdir: "$work"
  database: ""
  pidfile: "$work/nsd.pid"
  xfrdfile: "$work/nsd.xfrd"
  xfrdir: "$work"
  zonelistfile: "$work/nsd.zones"
  identity: "lab"
  hide-version: yes
  server-count: 1
  ipv4-edns-size: 4096
  ipv6-edns-size: 4096
remote-control:
  control-enable: no
zone:
  name: example.test
  zonefile: example.zone
  provide-xfr: 0.0.0.0/0 NOKEY
  provide-xfr: ::0/0 NOKEY
END
  start tsnids-server nsd nsd -d -c "$work/nsd.conf"
  listening tsnids-server 53
}

# 200 characters that differ from record to record.
text_record() {
  head -c 20000 "$work/content/chapter.txt" | tr "\n" " " | cut -c "$((200 * $1))-$((200 * $1 + 199))"
}

ask() { on_client dig +tries=3 +time=1 +nocookie "$@" > "$work/answer"; }

scene_dns() {
  lab_cable
  nsd_start
  capture tsnids-client eth0 dns.pcap
  ask "@$server4" ns.example.test A
  ask "@$server6" ns.example.test AAAA
  ask "@$server4" www.example.test A
  ask "@$server4" example.test MX
  ask "@$server4" nothing.example.test A
  ask "@$server4" +noedns ns.example.test A
  ask "@$server4" +bufsize=1232 huge.example.test TXT # truncated, then over TCP
  ask "@$server6" example.test AXFR                   # zone transfer, TCP
  capture_end

  capture tsnids-client eth0 dns-fragments.pcap
  for number in 1 2 3; do
    ask "@$server4" +bufsize=4096 +ignore large.example.test TXT
    ask "@$server6" +bufsize=4096 +ignore large.example.test TXT
  done
  # Fragments of ICMP: eight of the request, eight of the reply.
  on_client ping -q -c 1 -s 11000 $server4 > "$work/answer"
  capture_end
  programs_stop
  lab_down

  # The same answers through a wire that loses and delays: fragments out of order, doubled and missing.
  lab_wire
  nsd_start
  relay_start --seed 11 --drop 0.05 --late 0.25 --double 0.05
  capture tsnids-client eth0 dns-fragments-loss.pcap
  for number in {1..8}; do
    ask "@$server4" +bufsize=4096 +ignore large.example.test TXT || true
    ask "@$server6" +bufsize=4096 +ignore large.example.test TXT || true
  done
  capture_end
}
