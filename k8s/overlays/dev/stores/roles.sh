# Run once, by the image, in an empty database: the service's role owns its database and nothing else.
(
  set -eu
  psql --username "$POSTGRES_USER" --dbname postgres --set=ON_ERROR_STOP=1 --set=name="$APP_NAME" --set=password="$APP_PASSWORD" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
GRANT pg_read_all_stats TO :"name";
SQL
)
