import Provisioning

/// Shell functions around apt-get, and what stands at the end of every change of packages.
///
/// apt-get waits for dpkg's lock by itself, yet not for the locks of its lists and archives, hence `patiently`.
enum AptScript {
    /// How long another package manager may hold a lock.
    static let lockTimeout: Duration = .seconds(300)

    /// Where it is remembered that nothing was left to upgrade.
    static let memoFolder = "/var/lib/apus"

    /// The inputs of an upgrade: what is installed, what could be, and what apt is told to prefer.
    static let fingerprint = """
        fingerprint() {
          stat -c '%n %s %y' /var/lib/dpkg/status /var/lib/apt/lists /etc/apt/preferences \\
            /etc/apt/preferences.d /etc/apt/preferences.d/* /etc/apt/apt.conf /etc/apt/apt.conf.d \\
            /etc/apt/apt.conf.d/* 2>/dev/null || :
        }
        """

    /// `simulate upgrade` writes nothing: no log of what was asked of its planner, and not even apt's cache, which it
    /// uses where that is newer than its inputs.
    static let simulate = """
        cached() {
          tool=$1; shift; cache=/var/cache/apt/pkgcache.bin
          if [ "$cache" -nt /var/lib/dpkg/status ] && [ "$cache" -nt /var/lib/apt/lists ]; then "$tool" "$@"
          else "$tool" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= "$@"; fi
        }
        simulate() { cached apt-get -s -qq -o Dir::Log::Planner= "$1"; }
        """

    /// Whether dpkg was ended in the middle of its work.
    static let interrupted = """
        interrupted() { set -- /var/lib/dpkg/updates/[0-9]*; [ -e "$1" ]; }
        """

    /// Before a change; `refreshed` is empty until the lists were fetched.
    static var preamble: String {
        """
        export DEBIAN_FRONTEND=noninteractive
        errors=$(mktemp) || exit
        trap 'rm -f -- "$errors"' EXIT
        refreshed=
        apt() {
          apt-get -q -y -o DPkg::Lock::Timeout=\(lockTimeout.components.seconds) \\
            -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold \\
            -o APT::Update::Error-Mode=any "$@"
        }
        give_up() {
          # Why dpkg failed stands in apt's log of the terminal alone.
          ! grep -q 'Sub-process .*dpkg' "$errors" || grep -v '^Log ' /var/log/apt/term.log | tail -n 8 >&2
          cat -- "$errors" >&2; exit 100
        }
        patiently() {
          end=$(($(date +%s) + \(lockTimeout.components.seconds)))
          until "$@" 2>"$errors"; do
            held=$(grep -m 1 'Could not get lock\\|Unable to lock\\|locked by another process' "$errors") || return 1
            [ "$(date +%s)" -lt "$end" ] || return 1
            echo "waiting for another package manager: $held"
            sleep 2
          done
        }
        lists_are_there() { set -- /var/lib/apt/lists/*Release; [ -e "$1" ]; }
        refresh() {
          patiently apt update || give_up
          touch /var/lib/apt/lists
          refreshed=yes
        }
        \(interrupted)
        if interrupted; then
          echo "dpkg was interrupted; finishing its work"
          patiently dpkg --force-confdef --force-confold --configure -a || give_up
        fi
        """
    }

    /// After a change: brings apt's cache up to date and remembers whether anything is left to upgrade, so that the
    /// next look costs one `stat` instead of a simulation. Its failure costs only that.
    static func epilogue(upgrade: PackageUpgrade.Kind = .safe) -> String {
        let memo = UpgradeObservation.memo(upgrade)
        return """
            \(fingerprint)
            \(simulate)
            {
              apt-cache gencaches
              if left=$(simulate \(upgrade.rawValue)) && ! printf '%s\\n' "$left" | grep -q '^Inst '; then
                mkdir -p \(memoFolder) && fingerprint >\(memo).new && mv -f \(memo).new \(memo)
              else
                rm -f \(memo)
              fi
            } >/dev/null 2>&1
            exit 0
            """
    }
}
