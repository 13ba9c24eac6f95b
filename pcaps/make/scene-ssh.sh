# OpenSSH: a command with input over IPv4, a file transfer over IPv6. The keys exist only for this run.

scene_ssh() {
  lab_cable
  ssh-keygen -q -t ed25519 -N "" -C lab -f "$work/ssh-host-key"
  ssh-keygen -q -t ed25519 -N "" -C lab -f "$work/ssh-user-key"
  cat > "$work/sshd.conf" <<END
HostKey $work/ssh-host-key
AuthorizedKeysFile $work/ssh-user-key.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
Subsystem sftp internal-sftp
END
  mkdir -p /run/sshd # sshd insists on this empty folder for its unprivileged half
  start tsnids-server sshd /usr/sbin/sshd -D -e -f "$work/sshd.conf"
  listening tsnids-server 22

  capture tsnids-client eth0 ssh.pcap
  on_client ssh "${ssh_options[@]}" -i "$work/ssh-user-key" "root@$server4" "sort -k 3" \
    < "$work/content/page.txt" > "$work/fetched"
  on_client sftp -q "${ssh_options[@]}" -i "$work/ssh-user-key" -b - "root@[$server6]" > "$work/fetched" <<END
get $work/content/noise.bin $work/fetched-noise
END
  capture_end
}

ssh_options=(-F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR)
