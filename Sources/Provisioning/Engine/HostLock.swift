/// Keeps two runs from working on one host at once.
///
/// It is a `flock` on an open descriptor of the run's long-lived shell on the host, so it ends with that shell,
/// whatever becomes of the controller. Who holds it stands in the arguments of that shell: nothing can be left behind,
/// and `ps` shows it too. Where there is no flock(1), a folder with the shell's process number takes its place.
public struct HostLock: Sendable {
    /// For people: "fabian@mac, process 4242, playbook site".
    public var holder: String
    /// For people, in UTC: "2026-11-21 04:10:05 UTC".
    public var since: String
    /// How long to wait for another run; 60 s by default.
    public var timeout: Duration
    /// Where the lock's file is; `nil`, the default, is /run/lock, or /tmp where not everybody may write there.
    public var folder: String?
    /// Tells the runs apart.
    let run = String(UInt64.random(in: .min ... .max), radix: 36)

    public init(holder: String, since: String, timeout: Duration = .seconds(60), folder: String? = nil) {
        self.holder = holder
        self.since = since
        self.timeout = timeout
        self.folder = folder
    }
}

/// Taking a lock in the command that opens a shell.
struct LockClaim: Sendable {
    let lock: HostLock
    let host: String

    /// One line of `sh` for single quotes. It writes `NONCE busy …` with the holder's arguments where it must wait,
    /// and `NONCE refused` where it does not get the lock. Else it becomes `sh -s CLAIM`, or after `NONCE unlockable` a `sh`
    /// without a lock. What the holder forks has its arguments for an instant, and others when they are read; and what
    /// took the lock has them only an instant later, so who is not found is looked for again each second.
    func script(nonce: String) -> String {
        let folder = lock.folder.map { "f=\(Self.harmless($0)); " } ?? "f=/run/lock; [ -k $f ] || f=/tmp; "
        let mine = "\(lock.run) \(Self.harmless(host).replacing(" ", with: "_"))"
        let text = "\(mine) \(Self.harmless(lock.holder)) since \(Self.harmless(lock.since))"
        return """
            \(folder)f=$f/apus.lock; m=apus-lock; n=0; h=; \
            tell() { h=; for p in $(grep -ls "$m[:]$f " /proc/[0-9]*/cmdline); do g=$(xargs -0 echo <$p); \
            case "$g" in "sh -s $m:$f "*) h=$g;; esac; \
            case "$g" in "sh -s $m:$f \(mine) "*) p=${p%/cmdline}; kill -9 ${p#/proc/};; esac; done; \
            [ -z "$h" ] && [ $n != 1 ] || echo "\(nonce) busy $h"; }; \
            later() { [ "$h" ] || tell; \
            [ $n -lt \(max(0, lock.timeout.components.seconds)) ] || [ "$h$n" = 0 ] || \
            { echo "\(nonce) refused"; exit 75; }; \
            sleep 1; n=$((n+1)); }; \
            [ -e $f ] || (set -C; : >$f) 2>/dev/null; \
            if command -v flock >/dev/null; then \
            [ -r $f ] || { echo "\(nonce) unlockable"; echo \(nonce) $$; exec sh; }; \
            exec 9<$f; until flock -n 9; do later; done; \
            else \
            until mkdir $f.d 2>/dev/null; do [ -d $f.d ] || { echo "\(nonce) unlockable"; echo \(nonce) $$; exec sh; }; \
            p=; [ -r $f.d/pid ] && read -r p <$f.d/pid; \
            if [ "$p" ] && [ -d /proc/$p ] || kill -0 $p 2>/dev/null; then later; \
            elif [ "$p" ] || [ $n -gt 1 ]; then mv $f.d $f.d.$$ && rm -rf $f.d.$$; n=$((n+1)); \
            else later; fi; done; echo $$ >$f.d/pid; \
            fi; \
            echo \(nonce) $$; exec sh -s "$m:$f \(text)"
            """
    }

    /// What stands in double quotes within single quotes, for any shell, and means only itself.
    private static func harmless(_ text: String) -> String {
        String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber || " @._:/+,-".contains($0)) ? $0 : "_" })
    }

    /// - Parameter arguments: the holder's command line, `sh -s apus-lock:FILE RUN HOST WHO`; empty where unknown.
    func holder(from arguments: String) -> Holder {
        let words = arguments.split(separator: " ", maxSplits: 5)
        guard words.count == 6, words[2].hasPrefix("apus-lock:") else {
            return Holder(description: "another run of Apus")
        }
        let isTwin = words[3] == lock.run && words[4] != host
        return Holder(description: String(words[5]), twin: isTwin ? String(words[4]) : nil)
    }

    struct Holder: Sendable, Equatable {
        var description: String
        /// The other name of this machine in the same run.
        var twin: String?
    }
}

/// Another run has the host.
struct HostBusy: Error, CustomStringConvertible {
    let description: String
}
