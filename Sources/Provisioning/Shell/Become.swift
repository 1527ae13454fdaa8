public import HostInventory

/// How another user's shell is opened on a host.
public struct Become: Sendable {
    public enum Method: String, Sendable, CaseIterable {
        case sudo, su
        /// Takes its password from a terminal only, so it must be allowed without one (`nopass`).
        case doas
    }

    public var method: Method
    /// For sudo that of the login user, for su that of the other user.
    public var password: Secret?

    public init(_ method: Method = .sudo, password: Secret? = nil) {
        self.method = method
        self.password = password
    }

    /// The command that runs `script` with `sh` as `user`; for any login shell.
    ///
    /// Messages and prompts come untranslated, since PAM's own prompt is only replaced by sudo's where it is English.
    ///
    /// - Parameter script: without single quotes.
    func command(user: String, script: String, nonce: String) -> String {
        let user = shellQuoted(user)
        let arguments =
            switch method {
            case .sudo: "sudo -H -S -p '\(prompt(nonce))' -u \(user) -- sh -c '\(script)'"
            case .su: "su -s /bin/sh -c '\(script)' \(user)"
            case .doas: "doas -n -u \(user) sh -c '\(script)'"
            }
        return "exec env LC_ALL=C LANGUAGE= \(arguments)"
    }

    private func prompt(_ nonce: String) -> String { "\(nonce)-password:" }

    /// How often it has asked for the password so far, from all that came on the standard error.
    func prompts(in errors: String, nonce: String) -> Int {
        switch method {
        case .sudo: return errors.ranges(of: prompt(nonce)).count
        case .su:
            // Its last line is the question, in whatever language, and waits without a newline.
            let last = errors.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).last ?? ""
            return last.trimmed.hasSuffix(":") ? 1 : 0
        case .doas: return 0
        }
    }

    func withoutPrompt(_ text: String, nonce: String) -> String { text.replacing(prompt(nonce), with: "") }

    /// What to do about a refusal, where its lines tell; on a line of its own.
    func remedy(for complaint: [String]) -> String {
        let text = complaint.joined(separator: "\n").lowercased()
        return switch method {
        case .sudo where text.contains("must have a tty"):
            "\n  try: Defaults !requiretty in the host's sudoers"
        case .doas where text.contains("authentication"):
            "\n  try: nopass in the host's doas.conf (doas takes a password from a terminal only), or sudo"
        default: ""
        }
    }
}
