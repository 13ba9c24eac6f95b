# redis-server and redis-cli: single commands, a pipeline, a large value, a subscriber that is pushed to.

scene_redis() {
  lab_cable
  # Without COMMAND: redis-cli would fetch the whole manual with it.
  start tsnids-server redis redis-server --port 6379 --bind 0.0.0.0 "::" --protected-mode no --save "" --dir "$work" \
    --rename-command COMMAND ""
  listening tsnids-server 6379

  capture tsnids-client eth0 redis.pcap
  printf '%s\n' 'SET bird heron' 'GET bird' 'INCR visits' 'RPUSH trees alder birch cedar' 'LRANGE trees 0 -1' \
    'HSET marsh reed 12 sedge 7' 'HGETALL marsh' 'NONSENSE' | on_client redis-cli -h $server4 > "$work/answer"
  redis_pipeline | on_client redis-cli -h $server4 --pipe > "$work/answer"
  on_client redis-cli -h $server6 -x SET book < "$work/content/chapter.txt" > "$work/answer"
  on_client redis-cli -h $server6 -3 GET book > "$work/answer"
  start tsnids-client subscriber stdbuf -oL redis-cli -h $server4 SUBSCRIBE news
  logged subscriber news
  for number in 1 2 3; do on_client redis-cli -h $server4 PUBLISH news "message $number" > "$work/answer"; done
  capture_end
}

redis_pipeline() {
  local number
  for number in {1..200}; do printf 'SET key:%d value-%d\r\n' "$number" "$number"; done
}
