import CLinux

/// What the command line asks for.
enum Command {
    /// - Parameter usesIPVS: whether ip_vs does what nf_tables can do too.
    case run(ConfigurationFile, Confinement, usesIPVS: Bool)
    case check(ConfigurationFile)
    /// Asks the running agent.
    case ask(String)
    case version
    case help
    case misuse(String)

    static let defaultFile = "/etc/keepalived/keepalived.conf"
    static let usage = """
        apus-vrrpd keeps virtual addresses on exactly one of several routers (VRRP, RFC 3768).

        usage: apus-vrrpd [--lenient] [--user NAME] [--no-seccomp] [--no-ipvs] [-f FILE]
                                                          run in the foreground
               apus-vrrpd --check [--lenient] [-f FILE]   only check the configuration: status 0 or 1
               apus-vrrpd status [--json | --prometheus]  how the running agent stands
               apus-vrrpd handover                        let another router take over, and stand back
               apus-vrrpd resume                          stand back no more
               apus-vrrpd reload                          read FILE again; status 1 where it is refused
               apus-vrrpd --version
               apus-vrrpd --help

        FILE is in keepalived.conf syntax; default: \(defaultFile).
        --lenient leaves out, with a warning, what keepalived would leave out: unknown keywords, values
        out of range, programs that are missing. Once started, it runs as NAME (default: apus-vrrpd where there is
        that user), with CAP_NET_ADMIN and CAP_NET_RAW only, and without the system calls that it does not need;
        --no-seccomp leaves it those. --no-ipvs balances by nf_tables what it can, also where the kernel has
        ip_vs. SIGHUP reads FILE again too, SIGTERM and SIGINT resign and end.

        """

    init(arguments: ArraySlice<String>) {
        if let question = Command.question(arguments) {
            self = .ask(question)
            return
        }
        var file = ConfigurationFile(path: Command.defaultFile)
        var confinement = Confinement()
        var checks = false
        var usesIPVS = true
        var rest = arguments
        while let argument = rest.popFirst() {
            if argument.isSame(as: "-f") || argument.isSame(as: "--file") {
                guard let value = rest.popFirst() else {
                    self = .misuse("\(argument) needs a file")
                    return
                }
                file.path = value
            } else if argument.isSame(as: "--user") {
                guard let value = rest.popFirst() else {
                    self = .misuse("\(argument) needs a name")
                    return
                }
                confinement.user = value
            } else if argument.isSame(as: "--no-seccomp") {
                confinement.filtersSystemCalls = false
            } else if argument.isSame(as: "--no-ipvs") {
                usesIPVS = false
            } else if argument.isSame(as: "--lenient") {
                file.isLenient = true
            } else if argument.isSame(as: "--check") {
                checks = true
            } else if argument.isSame(as: "--version") {
                self = .version
                return
            } else if argument.isSame(as: "--help") || argument.isSame(as: "-h") {
                self = .help
                return
            } else {
                self = .misuse("unknown argument \(argument)")
                return
            }
        }
        self = checks ? .check(file) : .run(file, confinement, usesIPVS: usesIPVS)
    }

    /// What to ask the running agent; nil where the command line asks for something else.
    private static func question(_ arguments: ArraySlice<String>) -> String? {
        let known: [(words: [String], question: String)] = [
            (["status"], "status"), (["status", "--json"], "json"),
            (["status", "--prometheus"], "prometheus"),
            (["handover"], "handover"), (["resume"], "resume"), (["reload"], "reload"),
        ]
        return known.first { arguments.elementsEqual($0.words) { $0.isSame(as: $1) } }?.question
    }

    /// - Returns: the exit status: 0 all well, 1 an invalid configuration or a failure, 64 wrong use.
    func run() -> Int32 {
        switch self {
        case .version:
            Output.write("apus-vrrpd \(agentVersion)\n", to: Output.standard)
            return 0
        case .help:
            Output.write(Command.usage, to: Output.standard)
            return 0
        case .misuse(let what):
            Output.write("apus-vrrpd: \(what)\n\(Command.usage)", to: Output.error)
            return 64
        case .ask(let question):
            do throws(SystemError) {
                let answer = try StatusSocket.ask(question)
                let isRefused = answer.utf8.starts(with: StatusSocket.refusal.utf8)
                Output.write(answer, to: isRefused ? Output.error : Output.standard)
                return isRefused ? 1 : 0
            } catch {
                Output.write("\(error.description)\n", to: Output.error)
                return 1
            }
        case .check(let file):
            do {
                let plan = try Plan(file: file)
                Output.write("\(file.path): valid: \(plan.summary)\n", to: Output.standard)
                return 0
            } catch {
                Output.write("\(error.description)\n", to: Output.error)
                return 1
            }
        case .run(let file, let confinement, let usesIPVS):
            do {
                var agent = try Agent(file: file, confinement: confinement, usesIPVS: usesIPVS)
                try agent.run()
                return 0
            } catch {
                Log.error(error.description)
                return 1
            }
        }
    }
}
