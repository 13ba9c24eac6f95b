# The lab: two hosts, each a network namespace, and what lies between them.
#
#   lab_cable   tsnids-client eth0 ======================================= eth0 tsnids-server
#
#   lab_wire    tsnids-client eth0 ===== left [tsnids-wire] right ======== eth0 tsnids-server
#                                        a program of ours forwards frames between left and right
#
#   lab_trunk   tsnids-client eth0 == left [tsnids-wire] trunk0 == trunk1 [tsnids-wire] right == eth0 tsnids-server
#
# Client is 10.9.0.2 and 2001:db8:9::2, server is 10.9.0.1 and 2001:db8:9::1. Both are up before a
# scene begins. Offloads are off, so a captured frame looks as on a wire: at most 1514 bytes, with
# finished checksums.

readonly client4=10.9.0.2 server4=10.9.0.1
readonly client6=2001:db8:9::2 server6=2001:db8:9::1
readonly lab_names=(tsnids-client tsnids-server tsnids-wire)
readonly client_mac=02:00:00:09:00:02 server_mac=02:00:00:09:00:01

on_client() { timeout 60 ip netns exec tsnids-client "$@"; }
on_server() { timeout 60 ip netns exec tsnids-server "$@"; }
on_wire() { timeout 60 ip netns exec tsnids-wire "$@"; }

lab_cable() {
  lab_hosts
  ip link add eth0 netns tsnids-client type veth peer name eth0 netns tsnids-server
  lab_addresses
}

lab_wire() {
  lab_hosts
  lab_namespace tsnids-wire
  ip link add eth0 netns tsnids-client type veth peer name left netns tsnids-wire
  ip link add eth0 netns tsnids-server type veth peer name right netns tsnids-wire
  lab_silent_device left
  lab_silent_device right
  lab_addresses
}

lab_trunk() {
  lab_wire
  ip link add trunk0 netns tsnids-wire type veth peer name trunk1 netns tsnids-wire
  lab_silent_device trunk0
  lab_silent_device trunk1
}

lab_down() {
  local name
  for name in "${lab_names[@]}"; do
    if [ -e "/run/netns/$name" ]; then ip netns del "$name"; fi
  done
}

lab_is_free() {
  local name
  for name in "${lab_names[@]}"; do [ ! -e "/run/netns/$name" ] || return 1; done
}

lab_hosts() {
  lab_namespace tsnids-client
  lab_namespace tsnids-server
}

lab_namespace() {
  ip netns add "$1"
  ip netns exec "$1" sysctl -q -w net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0 \
    net.ipv6.conf.default.router_solicitations=0
  ip -n "$1" link set lo up
}

# A device of the wire has no address and says nothing of its own.
lab_silent_device() {
  on_wire sysctl -q -w "net.ipv6.conf.$1.disable_ipv6=1"
  lab_offloads_off tsnids-wire "$1"
  ip -n tsnids-wire link set "$1" up
}

lab_addresses() {
  lab_offloads_off tsnids-client eth0
  lab_offloads_off tsnids-server eth0
  ip -n tsnids-client link set eth0 address $client_mac up
  ip -n tsnids-server link set eth0 address $server_mac up
  ip -n tsnids-client addr add $client4/24 dev eth0
  ip -n tsnids-server addr add $server4/24 dev eth0
  ip -n tsnids-client addr add $client6/64 dev eth0 nodad
  ip -n tsnids-server addr add $server6/64 dev eth0 nodad
}

lab_offloads_off() {
  ip netns exec "$1" ethtool -K "$2" tso off gso off gro off tx off rx off sg off > "$work/ethtool.log" 2>&1
}
