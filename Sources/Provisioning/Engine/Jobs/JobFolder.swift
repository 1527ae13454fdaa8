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
        // Of root: gone after a restart of the host, as the jobs are.
        path = override.map(shellQuoted) ?? (isRoot ? "/run/apus/jobs" : "\"$HOME\"/.local/state/apus/jobs")
    }

    /// Writes `NONCE job FOLDER` for each that is there; without a process, and for single quotes.
    func listing(nonce: String) -> String {
        "for j in \(path)/*/about; do [ -e \"$j\" ] && echo \"\(nonce) job ${j%/about}\"; done; "
    }
}
