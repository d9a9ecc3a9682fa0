"""What the commands of a row may use: names, and functions of a root shell on the host."""

SHELL = """
release=$(basename "$(readlink /var/lib/slipway/web/current)")
folder=/opt/slipway/releases/$release
web=slipway-$release-web-1
worker=$(docker ps --all --filter label=com.docker.compose.project=slipway-$release \
    --filter label=com.docker.compose.service=worker --format '{{.Names}}' | head -n 1)
nginx=slipway-base-nginx-1
redis=slipway-base-redis-1
domain=$(sed -n 's/.*"domain": "\\(.*\\)".*/\\1/p' /etc/slipway/host.json)
app=$(sed -n 's/^  "image": "\\(.*\\)".*/\\1/p' $folder/release.json)
wait_for() { for _ in $(seq 300); do "$@" && return; sleep 0.2; done; return 1; }
workers() { docker top $nginx -o pid,args | awk '/nginx: worker process$/ { print $1 }' | sort; }
anew() { test -n "$(workers)" && ! workers | grep -qxF "$old"; }
reload() {
    old=$(workers)
    docker exec $nginx nginx -c /opt/slipway/nginx/nginx.conf -s reload && wait_for anew
}
ask() {
    printf 'GET %s HTTP/1.1\\r\\nHost: %s\\r\\nConnection: close\\r\\n\\r\\n' "$1" "$domain" |
        timeout 5 openssl s_client -quiet -connect 127.0.0.1:443 -servername $domain 2>/dev/null
}
config() {
    printf 'AUTH %s\\r\\nCONFIG GET %s\\r\\nQUIT\\r\\n' \\
        "$(cat /etc/slipway/secrets/redis_password)" $1 |
        timeout 5 python3 -c "import socket, sys
s = socket.socket(socket.AF_UNIX); s.connect('/var/lib/slipway/redis/redis.sock')
s.sendall(sys.stdin.buffer.read())
while data := s.recv(4096): sys.stdout.buffer.write(data)"
}
talks() { config appendonly | grep -q appendonly; }
tell_redis() {
    PYTHONPATH=/opt/slipway/programs/current python3 -P -c "import sys
from onhost import config, layout
from onhost.credentials import redis_users
from onhost.services import redis
with redis_users.administrator(config.load(layout.LAYOUT)) as stream:
    redis.command(stream, *sys.argv[1:])" "$@"
}
ends_containers() { docker info --format '{{.LiveRestoreEnabled}}' | grep -q false; }
older() { ls /opt/slipway/releases | grep -vx $release | head -n 1; }
answers() { ask /healthz | head -n 1 | grep -q HTTP; }
serves() { ask /healthz | head -n 1 | grep -q 200; }
speaks_old() {
    openssl s_client -connect 127.0.0.1:443 -servername $domain -tls1_1 -cipher ALL:@SECLEVEL=0 \
        </dev/null >/dev/null 2>&1
}
served_by_itself() {
    openssl s_client -connect 127.0.0.1:443 -servername $domain </dev/null 2>/dev/null |
        openssl x509 -noout -checkend 0 -issuer | grep -q "CN *= *$domain"
}
container() { docker inspect --format "{{$2}}" $1; }
runs() { test "$(container $1 .State.Status)" = running; }
"""
