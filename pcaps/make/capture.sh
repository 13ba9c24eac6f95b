# Capturing: tcpdump at one or more places of the lab while the scene plays.

captures=()

# capture NAMESPACE DEVICE FILE [tcpdump options and filter...]
# Returns when tcpdump listens, so that the first frame after it is in the file.
capture() {
  local namespace=$1 device=$2 file=$3
  shift 3
  : > "$work/$file.log"
  ip netns exec "$namespace" tcpdump -i "$device" -w "$here/$file" -n -U --immediate-mode -B 16384 -Z root "$@" \
    > "$work/$file.log" 2>&1 &
  captures+=("$! $file")
  logged "$file" "listening on"
}

# Lets the last frames arrive, ends all captures and insists that the kernel dropped nothing.
capture_end() {
  local entry pid file
  sleep 0.7
  for entry in "${captures[@]}"; do
    read -r pid file <<< "$entry"
    kill -TERM "$pid"
    wait "$pid" || true
    grep -q "^0 packets dropped by kernel" "$work/$file.log" || {
      echo "make.sh: capture of $file is not complete" >&2
      cat "$work/$file.log" >&2
      exit 1
    }
  done
  captures=()
}

# For a scene that failed: ends what is still capturing.
capture_abandon() {
  local entry
  for entry in "${captures[@]}"; do kill -TERM "${entry%% *}" || true; done
}
