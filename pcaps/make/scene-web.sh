# nginx and curl: HTTP/1.1 over IPv4 and over IPv6.

nginx_start() {
  mkdir -p "$work/nginx/upload"
  cp "$work/content/"* "$work/nginx/"
  chown -R www-data "$work/nginx"
  cat > "$work/nginx.conf" <<END
daemon off;
user www-data;
worker_processes 1;
pid $work/nginx.pid;
error_log $work/nginx-error.log;
events { worker_connections 64; }
http {
  access_log off;
  types { text/html html shtml; text/plain txt; application/json json; application/octet-stream bin; }
  client_body_temp_path $work/nginx-body;
  keepalive_timeout 30s;
  server {
    listen 80 fastopen=16;
    listen [::]:80 fastopen=16;
    root $work/nginx;
    ssi on;
    gzip on;
    gzip_types text/plain;
    location /upload/ { dav_methods PUT DELETE; }
  }
$1
}
END
  start tsnids-server nginx nginx -c "$work/nginx.conf"
  listening tsnids-server 80
}

browse() { on_client curl -sS -o "$work/fetched-#1" "$@"; }

scene_web() {
  lab_cable
  nginx_start ""
  capture tsnids-client eth0 web.pcap
  visit "http://$server4"
  on_client curl -s -Z --parallel-immediate "http://$server4/noise.bin" -o "$work/one" \
    "http://$server4/page.txt" -o "$work/two" "http://$server4/chapter.txt" -o "$work/three" 2> "$work/curl.log"
  browse "http://$server4/book.txt"
  capture_end

  capture tsnids-client eth0 web6.pcap
  visit "http://[$server6]"
  browse "http://[$server6]/chapter.txt"
  capture_end
}

visit() {
  browse "$1/{index.html,list.json,page.txt,empty.txt,missing}" # keep-alive: five answers on one connection
  browse "$1/story.shtml"                                      # chunked answer
  browse --compressed "$1/chapter.txt"                         # chunked and compressed answer
  browse -r 100-199 "$1/page.txt"                              # 206 Partial Content
  browse -I "$1/page.txt"                                      # HEAD: a length and no body
  browse --http1.0 "$1/short.txt"                              # the end of the connection ends the body
  # A chunked request body, after 100 Continue; then the file is removed again.
  browse -H "Expect: 100-continue" -T - "$1/upload/new.txt" < "$work/content/page.txt"
  browse -X DELETE "$1/upload/new.txt"
}
