# PostgreSQL and psql: SCRAM login, queries, an error, COPY in both directions, a refused login.

scene_postgres() {
  local programs_folder
  programs_folder=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
  lab_cable
  mkdir "$work/postgres"
  echo "only-for-this-capture" > "$work/postgres-password"
  chown -R postgres "$work/postgres" "$work/postgres-password"
  as_postgres "$programs_folder/initdb" -D "$work/postgres/data" -U lab -A scram-sha-256 \
    --pwfile="$work/postgres-password" --no-locale -E UTF8 --no-sync > "$work/initdb.log"
  echo "host all all $server4/24 scram-sha-256" >> "$work/postgres/data/pg_hba.conf"
  echo "host all all $server6/64 scram-sha-256" >> "$work/postgres/data/pg_hba.conf"
  start tsnids-server postgres setpriv --reuid postgres --regid postgres --init-groups \
    "$programs_folder/postgres" -D "$work/postgres/data" -c listen_addresses='*' \
    -c unix_socket_directories="$work/postgres" -c fsync=off
  listening tsnids-server 5432

  capture tsnids-client eth0 postgres.pcap
  query $server4 <<END
CREATE TABLE bird (id integer PRIMARY KEY, name text, seen date);
INSERT INTO bird VALUES (1, 'heron', '2024-01-02'), (2, 'oriole', NULL);
SELECT * FROM bird ORDER BY id;
SELECT * FROM fish;
BEGIN; UPDATE bird SET name = 'osprey' WHERE id = 2; ROLLBACK;
END
  query $server6 <<END
CREATE TABLE line (text text);
\\copy line FROM '$work/content/page.txt'
\\copy line TO '$work/fetched'
SELECT n, md5(n::text) FROM generate_series(1, 200) AS n;
END
  on_client env PGPASSWORD=wrong psql -q -h $server4 -U lab -d postgres -c "SELECT 1" 2> "$work/answer" || true
  capture_end
}

as_postgres() { setpriv --reuid postgres --regid postgres --init-groups "$@"; }

query() { on_client env PGPASSWORD=only-for-this-capture psql -q -h "$1" -U lab -d postgres > "$work/answer" 2>&1; }
