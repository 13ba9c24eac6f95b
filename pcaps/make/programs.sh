# Long-running programs of a scene: started in a namespace, waited for, ended by process id.

programs=()

# start NAMESPACE NAME COMMAND...   `ip netns exec` becomes the command, so $! is its process id.
start() {
  local namespace=$1 name=$2
  shift 2
  ip netns exec "$namespace" "$@" > "$work/$name.log" 2>&1 &
  programs+=($!)
}

# listening NAMESPACE PORT   waits until a program accepts connections there, at most 10 seconds.
listening() {
  local attempt
  for attempt in {1..100}; do
    if [ -n "$(ip netns exec "$1" ss -Hltn "sport = :$2")" ]; then return; fi
    sleep 0.1
  done
  echo "make.sh: nothing listens on port $2 of $1" >&2
  tail -n 5 "$work"/*.log >&2
  exit 1
}

# logged NAME TEXT   waits until the program NAME has written TEXT, at most 10 seconds.
logged() {
  local attempt
  for attempt in {1..100}; do
    if grep -q -- "$2" "$work/$1.log"; then return; fi
    sleep 0.1
  done
  echo "make.sh: $1 never wrote \"$2\"" >&2
  cat "$work/$1.log" >&2
  exit 1
}

# Asks every program of the scene to end, and insists after 5 seconds.
programs_stop() {
  local pid attempt
  for pid in "${programs[@]}"; do
    kill -TERM "$pid" 2> "$work/kill.log" || continue
    for attempt in {1..50}; do
      kill -0 "$pid" 2> "$work/kill.log" || break
      sleep 0.1
    done
    kill -KILL "$pid" 2> "$work/kill.log" || true
    wait "$pid" || true
  done
  programs=()
}
