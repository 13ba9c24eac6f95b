# Exim takes mail, curl sends it.

scene_smtp() {
  lab_cable
  mkdir "$work/exim"
  chown Debian-exim: "$work/exim"
  cat > "$work/exim.conf" <<END
primary_hostname = mail.example.test
spool_directory = $work/exim
log_file_path = $work/exim/%slog
host_lookup =
rfc1413_query_timeout = 0s
tls_advertise_hosts =
acl_smtp_rcpt = check_recipient
acl_smtp_data = accept
queue_only = true
begin acl
check_recipient:
  deny local_parts = nobody
       message = no such mailbox here
  accept
begin routers
discard:
  driver = redirect
  data = :blackhole:
END
  start tsnids-server exim exim4 -C "$work/exim.conf" -bdf -oX 25
  listening tsnids-server 25

  capture tsnids-client eth0 smtp.pcap
  # One recipient refused, two accepted; lines that begin with a dot.
  send_mail "$server4" --mail-rcpt nobody@example.test --mail-rcpt ben@example.test --mail-rcpt cleo@example.test \
    --mail-rcpt-allowfails -T "$work/content/letter.txt"
  # A mail with an attachment in base64.
  send_mail "[$server6]" --mail-rcpt ben@example.test -H "Subject: Bytes" -F "=The bytes are attached." \
    -F "file=@$work/content/noise.bin;encoder=base64"
  # All recipients refused: no DATA.
  send_mail "$server4" --mail-rcpt nobody@example.test -T "$work/content/letter.txt" || true
  capture_end
}

# The path of the URL is the name given in EHLO.
send_mail() {
  local server=$1
  shift
  on_client curl -s "smtp://$server/client.example.test" --mail-from ada@example.test "$@"
}
