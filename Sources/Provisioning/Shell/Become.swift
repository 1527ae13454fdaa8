public import HostInventory

/// How another user's shell is opened on a host.
public struct Become: Sendable {
    public enum Method: String, Sendable, CaseIterable {
        case sudo, su, doas
    }

    public var method: Method
    /// For sudo and doas that of the login user, for su that of the other user.
    public var password: Secret?

    public init(_ method: Method = .sudo, password: Secret? = nil) {
        self.method = method
        self.password = password
    }

    /// The command that runs `script` with `sh` as `user`; for any login shell.
    ///
    /// Messages and prompts come untranslated, as far as the host's programs care about the locale. su and doas, whose
    /// prompt nobody can choose, are announced by a mark: what came before it are the words of startup files.
    ///
    /// - Parameter script: without single quotes.
    func command(user: String, script: String, nonce: String) -> String {
        let user = shellQuoted(user)
        let start = "echo \(mark(nonce)) >&2"
        let arguments =
            switch method {
            case .sudo: "sudo -H -S -p '\(prompt(nonce))' -u \(user) -- sh -c '\(script)'"
            case .su: "sh -c '\(start); exec su -s /bin/sh -c \"$0\" \"$1\"' '\(script)' \(user)"
            case .doas where password == nil: "doas -n -u \(user) sh -c '\(script)'"
            case .doas:
                "SHELL=/bin/sh sh -c '\(start); \(Self.doas)' '\(script)' \(user) '\(Self.doasAtTerminal)'"
            }
        return "exec env LC_ALL=C LANGUAGE= \(arguments)"
    }

    /// doas takes a password from its terminal only, so util-linux's or BusyBox's `script` gives it one; its standard
    /// streams stay those of the channel, so that the shell has no terminal. Where doas wants no password, none may be
    /// read, since the next line is the shell's.
    private static let doas = """
        if doas -n -u "$1" sh -c : </dev/null 2>/dev/null; then exec doas -n -u "$1" sh -c "$0"; fi; \
        exec 3<&0 4>&1 5>&2; export script="$0" user="$1"; \
        { IFS= read -r answer <&3; printf "%s" "$answer"; echo; } | script -q -c "$2" /dev/null >&5
        """
    private static let doasAtTerminal =
        #"exec doas -u "$user" sh -c "$script" <&3 >&4 2>&5 3<&- 4>&- 5>&-"#

    private func prompt(_ nonce: String) -> String { "\(nonce)-password:" }

    private func mark(_ nonce: String) -> String { "\(nonce)-asks" }

    /// How often it has asked for the password so far, from all that came on the standard error.
    func prompts(in errors: String, nonce: String) -> Int {
        switch method {
        case .sudo: return errors.ranges(of: prompt(nonce)).count
        case .su, .doas:
            guard let start = errors.firstRange(of: mark(nonce)) else { return 0 }
            return PasswordPrompt.ends(errors[start.upperBound...]) ? 1 : 0
        }
    }

    func withoutPrompt(_ text: String, nonce: String) -> String {
        text.replacing(prompt(nonce), with: "").replacing(mark(nonce), with: "")
    }

    /// What to do about a refusal, where its lines tell; on a line of its own.
    func remedy(for complaint: [String]) -> String {
        let text = complaint.joined(separator: "\n").lowercased()
        return switch method {
        case .sudo where text.contains("must have a tty"):
            "\n  try: Defaults !requiretty in the host's sudoers"
        case .doas where text.contains("script: not found"):
            "\n  try: install script (util-linux) on the host, since doas takes a password from a terminal only; "
                + "or nopass in its doas.conf"
        case .doas where password == nil && text.contains("authentication"):
            "\n  try: --ask-become-pass or ansible_become_password, or nopass in the host's doas.conf"
        default: ""
        }
    }
}
