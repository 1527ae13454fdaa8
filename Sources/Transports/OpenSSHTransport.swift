import Foundation
import HostInventory
import Provisioning

/// The system's ssh, for what libssh2 cannot do: certificates, FIDO keys, GSSAPI, ProxyCommand.
///
/// The first ssh logs in and stays; all channels go over its connection (`ControlMaster`). It ends with this process,
/// however that ends, since then the command that it runs on the host sees the end of its input.
enum OpenSSHTransport {
    /// The path of the control socket must be short: it is the address of a Unix socket.
    private static let folderTemplate = "/tmp/apus-ssh-XXXXXX"

    /// - Throws: `TransportError` with what ssh said.
    static func connect(
        _ settings: ConnectionSettings,
        defaults: HostConnector.Defaults,
        deadline: Duration
    ) async throws -> ProcessTransport {
        guard settings.password == nil else {
            throw TransportError(
                .configuration,
                "connection=openssh gives ssh no password\n  try: a key or an agent, or connection=ssh"
            )
        }
        let folder = try makeFolder()
        let ready = "apus-" + String(UInt64.random(in: .min ... .max), radix: 36)
        let ssh = ["ssh", "-T", "-S", "\(folder)/master"]
        let options = options(settings, defaults: defaults)
        let greeting = "sh -c 'echo \(ready) `id -un`.; cat >/dev/null'"
        let deadline = settings.connectTimeout ?? deadline
        do {
            let master = try ProcessChannel(ssh + ["-M"] + options + ["--", settings.address, greeting])
            let output = try await ProcessOutput.read(master, until: ".\n", within: deadline)
            guard let line = output.text.split(separator: "\n").first(where: { $0.hasPrefix(ready) }) else {
                throw failure(output)
            }
            let user = line.dropFirst(ready.count).dropLast().trimmingCharacters(in: .whitespaces)
            return ProcessTransport(ssh + muxOnly + ["--", settings.address], loginUser: user) {
                await master.close()
                remove(folder)
            }
        } catch {
            remove(folder)
            throw error
        }
    }

    /// Where the first ssh is gone, the others must not make connections of their own.
    private static let muxOnly = ["-F", "none", "-o", "BatchMode=yes", "-o", "ProxyCommand=exit 1"]

    /// It holds nothing but the socket; one that stays is no harm.
    private static func remove(_ folder: String) { try? FileManager.default.removeItem(atPath: folder) }

    /// In the order in which Ansible gives them: what comes first wins.
    private static func options(_ settings: ConnectionSettings, defaults: HostConnector.Defaults) -> [String]
    {
        var options = ["-o", "BatchMode=yes", "-o", "ControlPersist=no"]
        func add(_ name: String, _ value: String?) {
            if let value { options += ["-o", "\(name)=\(value)"] }
        }
        add("User", settings.user ?? defaults.user)
        add("Port", settings.port.map { String($0) })
        add("IdentityFile", (settings.privateKeyFile ?? defaults.privateKeyFile).map { "\"\($0)\"" })
        add("UserKnownHostsFile", settings.knownHostsFile.map { "\"\($0)\"" })
        if settings.knownHostsFile != nil { add("GlobalKnownHostsFile", "none") }
        switch settings.hostKeyChecking {
        case .strict: add("StrictHostKeyChecking", "yes")
        case .acceptNew: add("StrictHostKeyChecking", "accept-new")
        case nil: if defaults.acceptsNewHostKeys { add("StrictHostKeyChecking", "accept-new") }
        }
        return options + settings.sshArguments.flatMap(\.words)
    }

    private static func makeFolder() throws -> String {
        var template = Array(folderTemplate.utf8CString)
        guard mkdtemp(&template) != nil else {
            throw TransportError(.unreachable, "no folder in /tmp: \(String(cString: strerror(errno)))")
        }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func failure(_ output: ProcessOutput) -> TransportError {
        let code: TransportError.Code =
            if output.errors.contains("Host key verification failed") {
                .hostKey
            } else if output.errors.contains("Permission denied") {
                .authentication
            } else {
                .unreachable
            }
        return TransportError(code, "ssh: \(output.problem)\n  try: ssh -v")
    }
}
