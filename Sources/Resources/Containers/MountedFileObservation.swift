public import Provisioning

/// Whether a running container still has the file that is at a path of the host.
///
/// A mount holds on to the file itself, not to its name: a file that was replaced since stays hidden from the container
/// until it starts again. One `docker container inspect` tells the processes of all containers that mount files.
public struct MountedFileObservation: Observation {
    public let container: String
    /// On the host, absolute.
    public let source: String
    /// In the container, absolute.
    public let path: String

    public init(container: String, source: String, path: String) {
        self.container = container
        self.source = source
        self.path = path
    }

    public static var deadline: Duration? { DockerLook.deadline }

    public static func script(for subjects: [MountedFileObservation]) -> String {
        let candidates = subjects.map {
            "[ ! -f \(shellQuoted($0.source)) ] || set -- \"$@\" \(shellQuoted($0.container))"
        }
        let looks = subjects.map {
            "look " + [$0.container, $0.source, $0.path, escaped($0.path)].shellQuoted
        }
        // A path in the container that leads over links is not a mount point by that name, and is not looked at:
        // from here, its links would lead elsewhere.
        return """
            \(candidates.joined(separator: "\n"))
            running=
            [ $# = 0 ] || running=$(docker container inspect --format '{{.Name}} {{.State.Pid}}' -- "$@" 2>/dev/null)
            look() {
              pid=0
              case $running in *"/$1 "*) pid=${running##*"/$1 "}; pid=${pid%%[!0-9]*} ;; esac
              if [ ! -f "$2" ] || [ "$pid" = 0 ] || [ ! -d "/proc/$pid" ]; then echo none; return; fi
              there=
              { while read -r id parent device root point rest; do
                  [ "$point" != "$4" ] || there=yes
                done <"/proc/$pid/mountinfo"; } 2>/dev/null || { echo hidden; return; }
              if [ -z "$there" ]; then echo none; return; fi
              theirs=$(stat -c '%d %i' -- "/proc/$pid/root$3" 2>/dev/null) || { echo hidden; return; }
              if [ "$theirs" = "$(stat -L -c '%d %i' -- "$2")" ]; then echo same; else echo replaced; fi
            }
            \(looks.joined(separator: "\n"))
            """
    }

    /// As a path stands in /proc/PID/mountinfo: proc_pid_mountinfo(5).
    private static func escaped(_ path: String) -> String {
        path.replacing("\\", with: #"\134"#).replacing(" ", with: #"\040"#).replacing("\t", with: #"\011"#)
            .replacing("\n", with: #"\012"#).replacing("#", with: #"\043"#)
    }

    public static func answers(from output: ShellOutput, for subjects: [MountedFileObservation]) throws
        -> [MountedFile]
    {
        try output.lines.map { line in
            switch line {
            case "none": .notMounted
            case "same": .same
            case "replaced": .replaced
            case "hidden": .hidden
            default: throw ObservationError("the look at a container's files answered «\(line)»")
            }
        }
    }
}

public enum MountedFile: Sendable, Hashable {
    /// There is no such file, or no container that runs and has it mounted.
    case notMounted
    case same
    /// The container has a file that is not at that path any more.
    case replaced
    /// Only root may see it.
    case hidden
}
