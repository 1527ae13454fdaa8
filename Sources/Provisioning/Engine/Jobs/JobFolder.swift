/// Where the jobs of one privilege live on a host: a folder for each, that nobody else may enter.
struct JobFolder: Sendable {
    /// Of `sh`, in double quotes where it needs any.
    let path: String

    /// - Parameter override: an absolute path instead of the usual one.
    init(_ privilege: Privilege, loginUser: String, override: String? = nil) {
        let isRoot =
            switch privilege {
            case .root: true
            case .login: loginUser == "root"
            case .user(let name): name == "root"
            }
        // On disk, since a job's input may be large.
        path =
            override.map(shellQuoted) ?? (isRoot ? "/var/lib/apus/jobs" : "\"$HOME\"/.local/state/apus/jobs")
    }

    /// Writes `NONCE job FOLDER` for each that is there; without a process, and for single quotes.
    ///
    /// - Parameter begun: leaves out those of which only the input is there.
    func listing(nonce: String, begun: Bool) -> String {
        let mark = begun ? "$j/about" : "$j"
        return "for j in \(path)/*; do [ -e \"\(mark)\" ] && echo \"\(nonce) job $j\"; done; "
    }
}
