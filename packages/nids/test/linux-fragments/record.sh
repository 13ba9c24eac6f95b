#!/bin/sh
# Runs record.py in the network namespace it is called in: raw frames to 127.0.0.1 are refused otherwise.
set -e
ip link set lo up
for name in all lo; do
  echo 1 > "/proc/sys/net/ipv4/conf/$name/route_localnet"
  echo 1 > "/proc/sys/net/ipv4/conf/$name/accept_local"
  echo 0 > "/proc/sys/net/ipv4/conf/$name/rp_filter"
done
sleep 1 # until ::1 may be used
exec python3 "$(dirname "$0")/record.py" "${1:-400}"
