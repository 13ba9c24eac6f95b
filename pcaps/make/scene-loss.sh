# Loss. First on the wire: the peers repair it, and two captures show the same connections from either
# end. Then in the capture alone: the peers notice nothing, the file lacks frames that were acknowledged.

relay_start() {
  start tsnids-wire relay python3 -u "$here/make/relay.py" left right "$@"
  logged relay ready
}

scene_loss() {
  lab_wire
  nginx_start ""
  relay_start --seed 7 --drop 0.03 --late 0.1 --double 0.01 --delay 0.002
  capture tsnids-client eth0 loss.pcap
  capture tsnids-server eth0 loss-sender.pcap
  fetch_whole "$server4" book.txt
  fetch_whole "[$server6]" chapter.txt
  upload_whole chapter.txt
  capture_end
  programs_stop
  lab_down

  # One frame in sixteen with data is missed, chosen by the IP identification.
  lab_cable
  nginx_start ""
  capture tsnids-client eth0 capture-loss.pcap "not (ip[4:2] & 15 = 9 and ip[2:2] > 100)"
  fetch_whole "$server4" chapter.txt
  fetch_whole "$server4" book.txt
  upload_whole chapter.txt
  capture_end
}

# What the peers got is whole, whatever the wire or the capture lost.
fetch_whole() {
  on_client curl -sS -o "$work/fetched" "http://$1/$2"
  cmp "$work/fetched" "$work/content/$2"
}

upload_whole() {
  on_client curl -sS -T "$work/content/$1" "http://$server4/upload/$1"
  cmp "$work/nginx/upload/$1" "$work/content/$1"
}
