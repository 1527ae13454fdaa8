/// A long step that goes on on its host whatever becomes of the connection: a script in a session of its own, and a
/// folder with what it writes and how it ended.
///
/// The folder is there before the job is; so a second attempt to start it finds it, and follows it instead. Its
/// process number and its status are kept as symbolic links: these are there whole or not at all, and a full disk
/// still takes them.
struct Job: Sendable {
    let step: String
    let script: String
    /// Of the script. It is inherited, in one variable, so that nothing of it is written to the disk.
    var environment: [String: EnvironmentValue] = [:]
    let deadline: Duration
    let folder: JobFolder
    /// For people: whose job it is.
    let holder: String
    let id = String(UInt64.random(in: .min ... .max), radix: 36)

    /// The first line that `follow` writes.
    static let beginning = "started"

    private var path: String { "\(folder.path)/\(id)" }

    /// Stores what the script is to read on its standard input; else that is empty. Goes before `follow`.
    func storing(_ input: Upload) -> Upload {
        var upload = input
        upload.receiver = """
            set -e
            mkdir -p -m 0700 -- \(folder.path)
            umask 077
            d=\(path)
            mkdir -- "$d"
            trap 'rm -rf -- "$d"' EXIT
            trap 'exit 1' HUP INT TERM PIPE
            cat >"$d/input"
            \(input.size.map { "[ \"$(wc -c <\"$d/input\")\" -eq \($0) ] || { echo 'the content was cut off' >&2; exit 1; }" } ?? ":")
            trap - EXIT
            """
        return upload
    }

    /// Starts the job where it was not started yet, and follows it to its end, with its status and the end of what
    /// it wrote.
    ///
    /// - Parameter wasStarted: it is an error if there is no trace of it then.
    func follow(wasStarted: Bool) -> String {
        """
        d=\(path)
        if [ ! -e "$d/about" ]; then
          \(wasStarted ? "echo 'there is no trace of the job any more: was the host restarted?' >&2; exit 255" : start)
        fi
        echo \(Self.beginning)
        \(Self.follow)
        \(Self.tell)
        """
    }

    private var start: String {
        """
        old=$(umask)
          now=$(date +%s)
          { mkdir -p -m 0700 -- \(folder.path) && umask 077 && mkdir -p -- "$d" &&
            printf '%s\\n' \(shellQuoted(Self.taking + script)) >"$d/script" &&
            { printf '%s\\n' \(shellQuoted(step)) \(shellQuoted(holder)) && date -u '+%Y-%m-%d %H:%M:%S UTC' &&
              echo $((now + \(deadline.components.seconds))); } >"$d/new" && mv -f -- "$d/new" "$d/about"
          } || { rm -rf -- "$d"; echo "cannot make the job $d: is the disk full?" >&2; exit 1; }
          umask "$old"
          s=setsid; command -v setsid >/dev/null || s=nohup
          apus_environment=\(shellQuoted(environment.exports)) $s sh -c '
            \(ProcessBirth.function)
            born $$; ln -s "$$ $since" "$1/pid" || exit
            input=/dev/null; [ ! -e "$1/input" ] || input=$1/input
            sh "$1/script" <"$input" >"$1/output" 2>"$1/errors"
            status=$?; rm -f "$1/input"
            ln -s $status "$1/status"
          ' apus-job "$d" >/dev/null 2>&1 </dev/null &
        """
    }

    /// Begins the script.
    private static let taking = "eval \"$apus_environment\"; unset apus_environment\n"

    /// Ends the job with its process group, and removes its folder.
    var ending: String {
        """
        d=\(path)
        \(Self.process)
        \(Self.end)
        rm -rf -- "$d"
        """
    }

    var removal: String { "rm -rf -- \(path)" }

    /// Waits for a job that an earlier run left, ends it where its time is over, says how it ended, and removes it.
    ///
    /// The first line that it writes is for people. Of a job that never began it writes nothing.
    static func adoption(of path: String) -> String {
        """
        d=\(shellQuoted(path))
        [ -e "$d/about" ] || { rm -rf -- "$d"; exit; }
        { read -r step; read -r holder; read -r since; read -r until; } <"$d/about"
        left=$((until - $(date +%s)))
        echo "«$step» of $holder, begun $since"
        [ -L "$d/status" ] || echo "is still at work; waiting for it, at most $left s"
        \(follow)
        if [ -L "$d/status" ]; then echo "ended with status $(readlink "$d/status")"; else echo "$why"; fi
        rm -rf -- "$d"
        """
    }

    /// For `$d`: waits for the job and shows the last line of its output while it changes. Without a status in the end
    /// `$why` tells the reason.
    private static var follow: String {
        """
        n=0; why=
        until [ -L "$d/pid" ] || [ $n -ge 100 ]; do n=$((n+1)); sleep 0.1; done
        \(process)
        while [ ! -L "$d/status" ]; do
          if ! ours || ! kill -0 "$p" 2>/dev/null; then
            sleep 0.2; [ -L "$d/status" ] || why="ended without a status: was it killed, or the host restarted?"; break
          fi
          if [ -n "${until-}" ] && [ "$(date +%s)" -ge "$until" ]; then
            \(end)
            why="did not end in its time, and was ended"; break
          fi
          f=output; [ "$d/output" -nt "$d/errors" ] || [ ! -s "$d/errors" ] || f=errors
          l=$(tail -c 400 "$d/$f" 2>/dev/null | tail -n 1 | tr -d '\\000')
          [ "$l" = "${last-}" ] || printf '%s\\n' "$l"
          last=$l
          sleep 0.1 2>/dev/null || sleep 1
        done
        """
    }

    private static let tell = """
        tail -c 524288 "$d/output" 2>/dev/null; tail -c 524288 "$d/errors" >&2 2>/dev/null
        [ -L "$d/status" ] || { echo "$why" >&2; exit 255; }
        exit "$(readlink "$d/status")"
        """

    /// For `$d`: sets `$p` to the process that leads the job's group. It is not `ours` where another has that number now.
    private static let process = """
        p=$(readlink "$d/pid"); b=${p#* }; p=${p%% *}
        \(ProcessBirth.function)
        ours() { [ -n "$p" ] && born "$p" && { [ "$since" = "$b" ] || [ "$since" = 0 ]; }; }
        """

    /// After `process`: asks, and after two seconds insists.
    private static let end = """
        if ours; then
          kill -s TERM -- "-$p" 2>/dev/null; k=0
          while kill -s 0 -- "-$p" 2>/dev/null && [ $k -lt 20 ]; do sleep 0.1; k=$((k+1)); done
          kill -s KILL -- "-$p" 2>/dev/null
        fi
        """
}
