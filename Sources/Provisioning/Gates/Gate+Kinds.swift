public import HostInventory

extension Gate {
    /// A command ends with status 0 on each of `hosts`.
    public static func command(
        _ command: Invocation,
        on hosts: Pattern,
        as privilege: Privilege = .login,
        timing: Timing = Timing()
    ) -> Gate {
        Gate(
            "\(command.display) succeeds on \(hosts)",
            on: hosts,
            as: privilege,
            script: command.script,
            timing: timing,
            problem: { _ in nil }
        )
    }

    /// Something accepts connections on a TCP port.
    ///
    /// - Parameter hosts: who tries; this machine by default. They need bash or nc.
    public static func tcp(
        _ address: String,
        port: UInt16,
        from hosts: Pattern = "localhost",
        timing: Timing = Timing()
    ) -> Gate {
        let script = """
            if command -v bash >/dev/null; then
              exec timeout 5 bash -c 'exec 3<>"/dev/tcp/$0/$1"' \(shellQuoted(address)) \(port)
            fi
            exec nc -z -w 5 \(shellQuoted(address)) \(port)
            """
        let description = "\(address) accepts connections on TCP port \(port)" + Self.origin(hosts)
        return Gate(description, on: hosts, script: script, timing: timing, problem: { _ in nil })
    }

    /// A URL is answered with that status, and with that text in the body.
    ///
    /// - Parameters:
    ///   - text: anywhere in the body; anything by default.
    ///   - hosts: who asks; this machine by default. They need curl or wget, or bash for `http:`.
    public static func http(
        _ url: String,
        status: Int = 200,
        containing text: String? = nil,
        from hosts: Pattern = "localhost",
        timing: Timing = Timing()
    ) -> Gate {
        let wanted = "\(status)" + (text.map { " with «\($0)»" } ?? "")
        let description = "\(url) answers \(wanted)" + Self.origin(hosts)
        return Gate(description, on: hosts, script: HTTPAnswer.script(for: url), timing: timing) { answers in
            everyAnswer(answers, acceptsStatus: { _ in true }) { output in
                guard let answer = HTTPAnswer(output) else { return HostSession.reason(of: output) }
                if answer.status != status { return "it answers \(answer.status)" }
                if let text, !answer.body.contains(text) { return "it answers without «\(text)»" }
                return nil
            }
        }
    }

    /// Exactly one of `hosts` holds the address, and the same one for a while: a VRRP election is over.
    ///
    /// - Parameter timing: steady for 4 s by default: longer than an election at one advertisement a second takes.
    public static func address(
        _ address: String,
        heldByOneOf hosts: Pattern,
        timing: Timing = Timing(steadyFor: .seconds(4))
    ) -> Gate {
        let description = "exactly one of \(hosts) holds \(address)"
        return Gate(description, on: hosts, script: "ip -o addr show", timing: timing) { answers in
            var holders: [String] = []
            do {
                for answer in answers where try answer.output.shows(address: address) {
                    holders.append(answer.host)
                }
            } catch {
                return .shut(seen: "\(error)")
            }
            switch holders.count {
            case 0: return .shut(seen: "nobody holds it")
            case 1: return .open(what: holders[0])
            default: return .shut(seen: holders.joined(separator: " and ") + " hold it")
            }
        }
    }

    private static func origin(_ hosts: Pattern) -> String {
        hosts == "localhost" ? "" : ", seen from \(hosts)"
    }

    /// - Parameter isGood: `nil` for a good answer, else what is wrong with it.
    static func everyAnswer(
        _ answers: [Answer],
        acceptsStatus: (Int32) -> Bool = { $0 == 0 },
        isGood: (ShellOutput) -> String?
    ) -> Verdict {
        for answer in answers {
            let problem: String? =
                switch answer.result {
                case .failure(let failure): failure.description
                case .success(let output) where !acceptsStatus(output.status): HostSession.reason(of: output)
                case .success(let output): isGood(output)
                }
            if let problem { return .shut(seen: "\(answer.host): \(problem)") }
        }
        return .open()
    }
}

extension ShellOutput {
    /// Whether `ip -o addr show` wrote this, with that address among others.
    fileprivate func shows(address: String) -> Bool {
        lines.contains { $0.contains(" inet \(address)/") || $0.contains(" inet6 \(address)/") }
    }
}
