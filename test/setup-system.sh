#!/usr/bin/env bash
# Installs what the system suites need from Debian: sudo npm run setup:system
# Asks nothing, and may be run again at any time.
set -euo pipefail

packages=(
  tshark           # the reassembly that streams are compared with
  tcpdump          # filters, and what a capture holds
  zstd lz4         # what compressed captures are made with
  libnids-dev      # the C library that answers are compared with
  libpcap-dev      # its input; an empty loop over it is the floor in bench/
  libnet1-dev      # its output
  gcc g++ make libc6-dev
  python3          # with these and libpcap-dev npm builds cap, for live captures
  nginx-light curl # real traffic to capture
  openssh-server openssh-client
  iproute2         # network namespaces and veth pairs
  ethtool          # their offloads switched off
)

if [ "$(id -u)" -ne 0 ]; then
  echo "setup-system: installing packages needs root; run: sudo npm run setup:system" >&2
  exit 1
fi
if ! command -v apt-get >/dev/null; then
  echo "setup-system: no apt-get here; install the equivalents of: ${packages[*]}" >&2
  exit 1
fi

export DEBIAN_FRONTEND=noninteractive
echo "setup-system: installing ${packages[*]}"
apt-get update -q
apt-get install -q -y --no-install-recommends "${packages[@]}"
