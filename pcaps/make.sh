#!/usr/bin/env bash
# Makes every capture of this folder from scratch: real programs talk to each other
# in network namespaces of their own, and tcpdump writes down what passes.
#
#   sudo pcaps/make.sh              all scenes, then the checks and MANIFEST.md
#   sudo pcaps/make.sh web loss     only these scenes
#
# Needs root, a Linux kernel with network namespaces, veth and tun, and these Debian packages:
#   tcpdump tshark iproute2 ethtool iputils-ping python3 nginx curl openssh-server openssh-client
#   exim4-daemon-light vsftpd nsd bind9-dnsutils redis-server postgresql socat openssl
#
# Everything made on the way (keys, contents, configurations, logs) lives in a temporary
# folder. It goes away at the end together with the namespaces and every program started.
set -euo pipefail

readonly here=$(cd "$(dirname "$0")" && pwd)
readonly all_scenes=(web links ssh smtp ftp dns redis postgres tls endings loss)

[ "$(id -u)" = 0 ] || { echo "make.sh: needs root, to make network namespaces and to capture" >&2; exit 1; }

source "$here/make/lab.sh"
source "$here/make/programs.sh"
source "$here/make/capture.sh"
for scene in "${all_scenes[@]}"; do source "$here/make/scene-$scene.sh"; done

readonly commands=(tcpdump tshark ip ethtool ping python3 nginx curl sshd exim4 vsftpd
  nsd dig redis-server psql socat openssl)
for command in "${commands[@]}"; do
  command -v "$command" > /dev/null || { echo "make.sh: $command is missing: see its list of packages" >&2; exit 1; }
done
lab_is_free || { echo "make.sh: namespaces tsnids-* exist already, another run may be going on" >&2; exit 1; }

readonly work=$(mktemp -d)
export PYTHONDONTWRITEBYTECODE=1
chmod 755 "$work" # servers that give up root still read from it

leave() {
  capture_abandon
  programs_stop
  lab_down
  rm -rf "$work"
}
trap leave EXIT
trap 'exit 130' INT TERM
trap 'echo "make.sh: failed at ${BASH_SOURCE[0]##*/}:$LINENO: $BASH_COMMAND" >&2' ERR
set -o errtrace

python3 "$here/make/content.py" "$work/content"

scenes=("$@")
[ $# -gt 0 ] || scenes=("${all_scenes[@]}")
for scene in "${scenes[@]}"; do
  echo "scene $scene"
  "scene_$scene"
  programs_stop
  lab_down
done

"$here/make/check.sh" "$here"
"$here/make/manifest.sh" "$here" > "$work/MANIFEST.md"
cp "$work/MANIFEST.md" "$here/MANIFEST.md"
