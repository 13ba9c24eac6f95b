#!/usr/bin/env bash
# Looks whether the captures in a folder show what they are for: checks.tsv names, per line, a file, a
# least number of frames and the display filter of tshark that these frames must match.
#
#   pcaps/make/check.sh pcaps
set -euo pipefail
readonly folder=$1 here=$(dirname "$0")
readonly most_bytes=4000000
failed=0

fail() {
  echo "check.sh: $1" >&2
  failed=1
}

# Frames of a file that match a filter. Checksums are verified: they say which captures have unfinished ones.
matching() {
  tshark -2 -n -r "$1" -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE -o ip.check_checksum:TRUE -Y "$2" \
    -T fields -e frame.number 2> /dev/null | wc -l
}

while IFS=$'\t' read -r file least filter; do
  found=$(matching "$folder/$file" "$filter")
  [ "$found" -ge "$least" ] || fail "$file has $found frames with $filter, wanted $least"
done < "$here/checks.tsv"

readonly wrong_checksum='tcp.checksum.status == "Bad" or udp.checksum.status == "Bad" or ip.checksum.status == "Bad"'
while IFS=$'\t' read -r file _; do
  case $file in lo-offload.pcap | sll.pcap) continue ;; esac
  bad=$(matching "$folder/$file" "$wrong_checksum")
  [ "$bad" = 0 ] || fail "$file has $bad frames with a wrong checksum"
done < "$here/manifest.tsv"

bytes=$(cat "$folder"/*.pcap | wc -c)
[ "$bytes" -le $most_bytes ] || fail "$bytes bytes together, more than $most_bytes"
exit $failed
