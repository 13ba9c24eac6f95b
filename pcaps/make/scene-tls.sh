# TLS 1.3 (RFC 8446): nginx, curl and openssl s_client. The key exists only for this run.

scene_tls() {
  lab_cable
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=www.example.test" \
    -addext "subjectAltName=DNS:www.example.test" \
    -keyout "$work/tls-key.pem" -out "$work/tls-certificate.pem" 2> "$work/openssl.log"
  nginx_start "
  server {
    listen 443 ssl http2;
    listen [::]:443 ssl http2;
    root $work/nginx;
    ssl_certificate $work/tls-certificate.pem;
    ssl_certificate_key $work/tls-key.pem;
    ssl_protocols TLSv1.3;
    ssl_ecdh_curve X25519;
    ssl_early_data on;
  }"

  capture tsnids-client eth0 tls13.pcap
  secure_fetch --http1.1 --resolve "www.example.test:443:$server4" "https://www.example.test/{index.html,chapter.txt}"
  secure_fetch --http2 --resolve "www.example.test:443:[$server6]" "https://www.example.test/{list.json,page.txt}"
  # A session ticket, then a resumed session with early data; at last a group that calls for HelloRetryRequest.
  secure_talk -sess_out "$work/tls-session"
  secure_talk -sess_in "$work/tls-session" -early_data "$work/request"
  secure_talk -groups P-256:X25519
  # Nobody here trusts the certificate: the client ends the handshake with an alert.
  on_client curl -s --resolve "www.example.test:443:$server4" "https://www.example.test/" || true
  capture_end
}

secure_fetch() { on_client curl -sS --cacert "$work/tls-certificate.pem" -o "$work/fetched-#1" "$@"; }

secure_talk() {
  printf 'GET /short.txt HTTP/1.1\r\nHost: www.example.test\r\nConnection: close\r\n\r\n' > "$work/request"
  on_client openssl s_client -connect "$server4:443" -servername www.example.test -tls1_3 -ign_eof "$@" \
    < "$work/request" > "$work/answer" 2>&1
}
