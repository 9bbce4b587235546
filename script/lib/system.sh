# shellcheck shell=bash
# System packages: what is missing, and its installation through apt without starting any service.

# What a complete machine answers. GEOPF_SERVICES=given (containers) leaves the servers out.
missing_packages() {
  if [[ ${GEOPF_SERVICES:-private} == private ]]; then
    script/locate postgresql >/dev/null || echo 'postgresql postgis'
    script/locate redis >/dev/null || echo 'redis-server'
  fi
  command -v gdal-config >/dev/null || echo 'libgdal-dev'
  command -v ogr2ogr >/dev/null || echo 'gdal-bin'
  if ! gdal_binding_ready; then
    command -v g++ >/dev/null && command -v make >/dev/null || echo 'g++ make'
    command -v python3 >/dev/null || echo 'python3'
  fi
}

# The distribution names PostGIS after the PostgreSQL major it is built for: ask apt which one that is.
postgis_package() {
  apt-cache depends --recurse --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances postgresql |
    grep -oE 'postgresql-[0-9]+' | sort -uV | tail -n 1 | sed 's/$/-postgis-3/'
}

# Refuses service starts and cluster creation while packages are being installed, and only then.
policy=/usr/sbin/policy-rc.d
no_cluster=/etc/postgresql-common/createcluster.d/geopf-local.conf
quiet_services() {
  $as_root mkdir -p "${no_cluster%/*}"
  echo 'create_main_cluster = false' | $as_root tee "$no_cluster" >/dev/null
  if [[ -e $policy ]]; then $as_root mv "$policy" "$policy.geopf-local"; fi
  printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
  $as_root chmod 755 "$policy"
}
restore_services() {
  $as_root rm -f "$policy" "$no_cluster"
  if [[ -e $policy.geopf-local ]]; then $as_root mv "$policy.geopf-local" "$policy"; fi
}

apt_install() {
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
    -o DPkg::Lock::Timeout=300 "$@"
}

install_system_packages() {
  local missing packages had_redis=no
  missing=$(missing_packages | xargs)
  [[ -n $missing ]] || return 0
  as_root=''
  if ((EUID != 0)); then
    command -v sudo >/dev/null || die "il manque : $missing. Installez ces paquets, ou relancez en root."
    as_root=sudo
  fi
  command -v apt-get >/dev/null ||
    die "il manque : $missing. Cette machine n'a pas apt : installez leurs équivalents puis relancez."
  quietly 'Liste des paquets du système (apt-get update)' $as_root apt-get update
  packages=${missing/postgis/$(postgis_package)}
  if command -v redis-server >/dev/null; then had_redis=yes; fi
  trap restore_services EXIT
  quiet_services
  # shellcheck disable=SC2086 # a list of package names
  quietly "Installation des paquets : $packages" apt_install $packages
  restore_services
  trap - EXIT
  # A package enables its service for the next boot too: this one was asked for its program only.
  if [[ $had_redis == no ]] && command -v redis-server >/dev/null; then
    $as_root env DPKG_MAINTSCRIPT_PACKAGE=redis-server deb-systemd-helper disable redis-server.service >/dev/null
    $as_root update-rc.d redis-server disable
  fi
  missing=$(missing_packages | xargs)
  [[ -z $missing ]] || die "il manque encore après installation : $missing."
}
