# shellcheck shell=bash
# npm packages and the native GDAL binding, compiled once per machine against the system's libgdal.

node_abi='' # set by script/bootstrap

# Everything the binding depends on names its folder in the cache: a change of any compiles anew.
gdal_cache() {
  local version
  version=$(node -p 'require("./package-lock.json").packages["node_modules/gdal-async"].version')
  echo "${XDG_CACHE_HOME:-$HOME/.cache}/geopf-local/gdal-async-$version-abi$node_abi-gdal$(gdal-config --version)-$(uname -m)"
}

# True when no compiler is needed: already in node_modules, or in the cache.
gdal_binding_ready() {
  [[ -f node_modules/.geopf-local ]] && return 0
  command -v gdal-config >/dev/null && [[ -d $(gdal_cache) ]]
}

gdal_loads() { node -e 'require("gdal-async").version' >/dev/null 2>&1; }

install_gdal_binding() {
  local cache target=node_modules/gdal-async/lib/binding partial
  cache=$(gdal_cache)
  if [[ -d $cache ]]; then
    rm -rf "$target" && cp -R "$cache" "$target"
    if gdal_loads; then return 0; fi
    rm -rf "$cache"
  fi
  # Closed networks cannot download Node's headers: use those beside the binary when they are there.
  local prefix
  prefix=$(node -p 'require("path").resolve(process.execPath, "../..")')
  if [[ -f $prefix/include/node/node.h ]]; then export npm_config_nodedir=$prefix; fi
  npm_config_build_from_source=true npm_config_shared_gdal=true \
    quietly "Compilation de gdal-async avec libgdal $(gdal-config --version) (une fois, environ une minute)" \
    npm rebuild gdal-async
  gdal_loads || die 'gdal-async a été compilé mais ne se charge pas.'
  partial=$cache.$$
  mkdir -p "$partial"
  cp -R "$target/." "$partial"
  mv -T "$partial" "$cache" 2>/dev/null || rm -rf "$partial" # another checkout may have been faster
}

# Registries that mirror a part of npm leave packages for other platforms out of the lock file, which makes
# `npm ci` refuse it elsewhere; `npm install` takes the same locked versions and leaves the lock file alone.
npm_packages() {
  npm ci --ignore-scripts --no-audit --no-fund || npm install --no-save --ignore-scripts --no-audit --no-fund
}

# node_modules is up to date when it carries the hash of the lock file, the ABI it was built for (the
# number node_abi, set by script/bootstrap) and its folder: the renderer's links are absolute.
install_npm_packages() {
  local wanted stamp=node_modules/.geopf-local
  wanted="$(digest package-lock.json) abi$node_abi $PWD"
  [[ $(cat "$stamp" 2>/dev/null) != "$wanted" ]] || return 0
  quietly 'Installation des paquets npm' npm_packages
  # Scripts run for the packages that need theirs, and for no other.
  quietly 'Préparation du moteur de rendu' npm rebuild @mapnik/mapnik msgpackr-extract
  install_gdal_binding
  # The test runner assembles its own class from the plugins that .taprc names.
  quietly 'Préparation de tap' npx --no-install tap build
  echo "$wanted" >"$stamp"
}
