# vsftpd and curl: every way to open a data connection.
#   PASV (RFC 959), EPSV (RFC 2428): the client connects.   PORT, EPRT: the server connects, from port 20.

scene_ftp() {
  lab_cable
  mkdir -p "$work/ftp/incoming" "$work/ftp-empty"
  cp "$work/content/"* "$work/ftp/"
  chown ftp "$work/ftp/incoming"
  cat > "$work/vsftpd.conf" <<END
background=NO
listen=NO
listen_ipv6=YES
anonymous_enable=YES
anon_root=$work/ftp
no_anon_password=YES
write_enable=YES
anon_upload_enable=YES
anon_umask=022
connect_from_port_20=YES
secure_chroot_dir=$work/ftp-empty
seccomp_sandbox=NO
xferlog_enable=NO
END
  start tsnids-server vsftpd vsftpd "$work/vsftpd.conf"
  listening tsnids-server 21

  capture tsnids-client eth0 ftp.pcap
  transfer "ftp://$server4/page.txt" --disable-epsv        # PASV
  transfer "ftp://$server4/chapter.txt"                    # EPSV
  transfer "ftp://$server4/noise.bin" -P - --disable-eprt  # PORT
  transfer "ftp://[$server6]/page.txt" -P -                # EPRT, over IPv6
  transfer "ftp://$server4/"                               # LIST
  transfer "ftp://$server4/incoming/" -T "$work/content/chapter.txt" # STOR
  transfer "ftp://$server4/missing.txt" || true            # 550, no data
  capture_end
}

transfer() { on_client curl -s -o "$work/fetched" "$@"; }
