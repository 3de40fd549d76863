# shellcheck shell=bash disable=SC2034
# What the scripts share: messages, the toolchain, Debian packages, building, and starting and stopping servers. Sourced, not run;
# so a variable set here and read in a script is not unused (SC2034).

# Exit codes as in sysexits.h, the same that the programs use.
readonly EX_USAGE=64 EX_UNAVAILABLE=69

# The oldest Swift that compiles the package.
readonly SWIFT_MAJOR=6 SWIFT_MINOR=3

say() { printf '%s\n' "$*" >&2; }

die() {
    local code=$1
    shift
    say "$@"
    exit "$code"
}

# The top of the repository, wherever the script was called from.
repository() { cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P; }

require_swift() {
    local version major minor
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9]*\.[0-9][0-9]*\).*/\1/p' | head -n 1) || true
    major=${version%%.*} minor=${version#*.}
    if [[ -n $version ]] && ((major > SWIFT_MAJOR || (major == SWIFT_MAJOR && minor >= SWIFT_MINOR))); then
        return
    fi
    die "$EX_UNAVAILABLE" "Swift $SWIFT_MAJOR.$SWIFT_MINOR or newer is needed; found: ${version:-none}.
Get it with swiftly:
  curl -fsSLO https://download.swift.org/swiftly/linux/swiftly-\$(uname -m).tar.gz
  tar xzf swiftly-\$(uname -m).tar.gz
  ./swiftly init
or as an archive for your distribution from https://www.swift.org/install/linux/,
then run this script again with \`swift\` on the PATH."
}

# Installs those of the named Debian packages that are missing.
require_packages() {
    local missing=() package
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        # Not Debian: what cannot be asked for by package is asked for by what it provides.
        for package in "$@"; do package_is_provided "$package" || missing+=("$package"); done
        ((${#missing[@]} == 0)) && return
        die "$EX_UNAVAILABLE" "Missing: ${missing[*]} (Debian's names).
This system has no apt-get: install what they are called here, then run this script again."
    fi
    for package in "$@"; do
        [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
    done
    ((${#missing[@]} == 0)) && return

    local root=()
    if ((EUID != 0)); then
        if ! command -v sudo >/dev/null; then
            die "$EX_UNAVAILABLE" "Missing Debian packages: ${missing[*]}
Neither root nor sudo is at hand. Have them installed:
  apt-get install --no-install-recommends ${missing[*]}"
        fi
        root=(sudo)
        # Without a terminal nobody can type a password.
        [[ -t 0 ]] || root=(sudo --non-interactive)
    fi
    say "Installing Debian packages: ${missing[*]}"
    "${root[@]}" apt-get -qq update >&2 || say "apt-get update failed; trying with the lists at hand."
    if ! "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get -qq install --yes --no-install-recommends "${missing[@]}" </dev/null >&2; then
        die "$EX_UNAVAILABLE" "apt-get could not install: ${missing[*]}"
    fi
}

# Whether a system without dpkg has what a Debian package would bring.
package_is_provided() {
    case $1 in
    libsqlite3-dev) pkg-config --exists sqlite3 2>/dev/null ;;
    libssl-dev) pkg-config --exists libcrypto 2>/dev/null ;;
    libcurl4-openssl-dev) pkg-config --exists libcurl 2>/dev/null ;;
    libxml2-dev) pkg-config --exists libxml-2.0 2>/dev/null ;;
    zlib1g-dev) pkg-config --exists zlib 2>/dev/null ;;
    libcmark-dev) pkg-config --exists libcmark 2>/dev/null ;;
    nginx-light) command -v nginx >/dev/null ;;
    systemd) command -v systemd-analyze >/dev/null ;;
    *) command -v "$1" >/dev/null ;;
    esac
}

# Builds the named products in release mode and prints the folder they are in.
build_release() {
    local product
    for product in "$@"; do swift build -c release --product "$product" >&2; done
    swift build -c release --show-bin-path
}

# Starts a server with the given arguments and waits until it listens. Sets server_url, and remembers its process and
# the open end of its standard output in server_pids and server_outputs, in the order of the starts.
server_pids=() server_outputs=()
start_server() {
    local first folder output
    # A named pipe, not a process substitution: of these a shell can wait for the last one only.
    folder=$(mktemp -d)
    mkfifo -- "$folder/output"
    # A session of its own: Ctrl-C reaches the script alone, which then stops the servers once and in order.
    setsid "$@" </dev/null >"$folder/output" &
    server_pids+=("$!")
    exec {output}<"$folder/output"
    rm -r -- "$folder"
    server_outputs+=("$output")
    if ! IFS= read -r -t 60 -u "$output" first; then
        stop_servers
        die 1 "${1##*/} did not start; its messages stand above."
    fi
    server_url=$(jq -er .url <<<"$first")
}

# Stops the servers that start_server started, the last one first, and waits until each has finished its requests.
stop_servers() {
    local index
    for ((index = ${#server_pids[@]} - 1; index >= 0; index--)); do
        kill -TERM "${server_pids[index]}" 2>/dev/null || true
        wait "${server_pids[index]}" 2>/dev/null || true
    done
    server_pids=()
}

# Tests that run whole programs, or drive a server byte by byte, block the few threads that asynchronous tests need, and
# tests that compute for seconds keep them from those that wait for something: each kind has a pass of its own.
test_programs='^(IntegrationTests|nocliTests)\.'
test_servers='^HTTPServerTests\.'
test_computing='^(CRMTemplateTests|FuzzCorpusTests|JSONTextTests|MiddlewareStorageTests\.(?!Outbox|Delivery|Steady)'
test_computing+='|NumbersCoreTests\.(?!Supplier|LookupWaterfall)|NumbersStorageTests\.(?!Steady|SQLiteLedger|SupplierKeeper)'
test_computing+='|SQLiteDatabaseTests)'

# Every test that runs in the test's own process; arguments go to `swift test`.
test_in_process() {
    local status=0
    swift test --disable-xctest "$@" --skip "$test_programs" --skip "$test_servers" --skip "$test_computing" || status=$?
    swift test --disable-xctest "$@" --filter "$test_servers" || status=$?
    swift test --disable-xctest "$@" --filter "$test_computing" || status=$?
    return "$status"
}

# Every test that runs the programs.
test_programs() { swift test --disable-xctest "$@" --filter "$test_programs"; }
