/// Reads connection variables under all of their names and collects what is wrong with them.
struct ConnectionReader {
    let variables: Variables
    private(set) var problems: [VariableError.Problem] = []
    /// The variable that says that host keys are not to be checked.
    private(set) var hostKeyCheckingOff: Variable?

    init(variables: Variables) {
        self.variables = variables
    }

    /// The variable that counts: `apus_NAME`, else `ansible_NAME`, else an older name. None is as good as
    /// not set.
    private func variable(_ name: String, _ others: [String]) -> Variable? {
        (["apus_\(name)", "ansible_\(name)"] + others).lazy.compactMap(variables.variable)
            .first { $0.value != .null }
    }

    mutating func read<T: Scalar>(_ type: T.Type, _ name: String, _ others: String...) -> T? {
        variable(name, others).flatMap { read(type, $0) }
    }

    private mutating func read<T: Scalar>(_ type: T.Type, _ variable: Variable) -> T? {
        if let value = T.reading(variable.value, text: variable.text) { return value }
        report(variable, wanted: T.wanted)
        return nil
    }

    private mutating func report(_ variable: Variable, wanted: String) {
        let node = Node(variable, host: variables.host)
        problems.append(node.problem(.mistyped(wanted: wanted, found: node.shown)))
    }

    mutating func port() -> UInt16? {
        guard let variable = variable("port", ["ansible_ssh_port"]) else { return nil }
        if let port = UInt16.reading(variable.value, text: variable.text), port > 0 { return port }
        report(variable, wanted: "a port (1…65535)")
        return nil
    }

    mutating func secret(_ name: String, _ others: String...) -> Secret? {
        variable(name, others).flatMap { read(String.self, $0) }.map { Secret($0) }
    }

    mutating func timeout() -> Duration? {
        guard let variable = variable("connect_timeout", ["ansible_ssh_timeout", "ansible_timeout"]) else {
            return nil
        }
        if let timeout = Duration.reading(variable.value, text: variable.text), timeout > .zero {
            return timeout
        }
        report(variable, wanted: "\(Duration.wanted) above 0")
        return nil
    }

    mutating func becomeMethod() -> String? {
        guard let variable = variable("become_method", []) else { return nil }
        if ["sudo", "su", "doas"].contains(variable.text) { return variable.text }
        report(variable, wanted: "sudo, su or doas")
        return nil
    }

    mutating func hostKeyChecking() -> ConnectionSettings.HostKeyChecking? {
        guard let variable = variable("host_key_checking", ["ansible_ssh_host_key_checking"]) else {
            return nil
        }
        if let choice = ConnectionSettings.HostKeyChecking(rawValue: variable.text.lowercased()) {
            return choice
        }
        if let isOn = Bool.reading(variable.value, text: variable.text) {
            if !isOn { hostKeyCheckingOff = variable }
            return isOn ? .strict : .acceptNew
        }
        report(variable, wanted: "strict or accept-new")
        return nil
    }

    mutating func sshArguments(_ name: String) -> ConnectionSettings.SSHArguments? {
        guard let variable = variable(name, []), let text = read(String.self, variable) else { return nil }
        do {
            // In arguments of a command, a '#' is no comment.
            let words = try ShellWords.split(Array(text.utf8)[...], hasComments: false)
            return ConnectionSettings.SSHArguments(
                variable: variable.name,
                location: variable.location,
                words: words.map { String(decoding: $0.bytes, as: UTF8.self) }
            )
        } catch {
            report(variable, wanted: "arguments whose quotes are closed")
            return nil
        }
    }

    mutating func path(_ name: String, _ others: String...) -> String? {
        guard let variable = variable(name, others), let text = read(String.self, variable) else {
            return nil
        }
        guard !text.isEmpty else {
            report(variable, wanted: "a path")
            return nil
        }
        guard let path = Paths.resolve(text, besideFile: variable.location.file) else {
            report(variable, wanted: "a path without '~', since HOME is not set")
            return nil
        }
        return path
    }
}
