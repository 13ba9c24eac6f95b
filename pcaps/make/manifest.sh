#!/usr/bin/env bash
# Prints MANIFEST.md for the captures in a folder: what manifest.tsv says of each, and what is counted in it.
#
#   pcaps/make/manifest.sh pcaps > pcaps/MANIFEST.md
set -euo pipefail
readonly folder=$1 here=$(dirname "$0")

# The number of the link type, from the file's header: byte 20, 32 bits, this machine's byte order.
link_type() { od -An -t u4 -j 20 -N 4 "$1" | tr -d ' '; }
packets() { capinfos -M -r -T -c "$1" | cut -f 2; }
readonly -A link_names=([1]=Ethernet [101]=RAW [113]=LINUX_SLL)

cat <<'END'
# Captures

Real traffic: real programs talked to each other in network namespaces, and tcpdump wrote down what
passed. All contents, keys and names were made for this purpose; addresses are private (10.9.0.0/24) or
for documentation (2001:db8::/32). The client is `.2` or `::2`, the server `.1` or `::1`.

`sudo pcaps/make.sh` makes all files anew, `sudo pcaps/make.sh SCENE` those of one scene; the scene is
the script `make/scene-SCENE.sh`, with the commands that were run. Time stamps, ports and initial sequence
numbers differ from run to run, and so may the counts below; `make/check.sh` says what must be in each file.

All files are classic pcap, little-endian, with microseconds (`nanoseconds.pcap`: nanoseconds).

| File | Packets | Bytes | Link type | Scene | What it shows |
| --- | ---: | ---: | --- | --- | --- |
END

total=0
while IFS=$'\t' read -r file scene shows; do
  bytes=$(stat -c %s "$folder/$file")
  total=$((total + bytes))
  number=$(link_type "$folder/$file")
  echo "| \`$file\` | $(packets "$folder/$file") | $bytes | ${link_names[$number]} ($number) | $scene | $shows |"
done < "$here/manifest.tsv"

echo
echo "Together $total bytes."
