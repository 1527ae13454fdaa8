public import HostInventory
import Synchronization

/// Passwords of vaults, each with its id. A password is fetched when a text needs it first, and then kept.
public final class VaultKeyring: Sendable {
    /// The id of passwords that were given without one.
    public static let defaultID = "default"

    public struct Entry: Sendable {
        public let id: String
        /// For messages: `prompt`, a file, a command.
        public let source: String
        public let password: @Sendable () throws -> Secret

        public init(id: String = defaultID, source: String, password: @escaping @Sendable () throws -> Secret)
        {
            self.id = id
            self.source = source
            self.password = password
        }
    }

    private let entries: [Entry]
    private let fetched: Mutex<[Secret?]>

    public init(_ entries: [Entry]) {
        self.entries = entries
        fetched = Mutex(Array(repeating: nil, count: entries.count))
    }

    public var isEmpty: Bool { entries.isEmpty }

    /// Decrypts with the password of the text's id, or else with any that fits, as Ansible does.
    ///
    /// - Throws: `VaultError`, which names what was tried; what fetching a password throws.
    public func open(_ text: String) throws -> [UInt8] { try opened(text).plain }

    func opened(_ text: String) throws -> (plain: [UInt8], password: Secret, id: String?) {
        let vault = try VaultText(text)
        guard !entries.isEmpty else {
            throw VaultError("is encrypted; give the password with --vault-password-file or --vault-id")
        }
        let named = entries.indices.filter { entries[$0].id == vault.id }
        for index in named + entries.indices.filter({ !named.contains($0) }) {
            let password = try password(index)
            if let plain = try? vault.open(password) { return (plain, password, vault.id) }
        }
        let tried = entries.map { "\($0.id) (\($0.source))" }.joined(separator: ", ")
        let wanted = vault.id.map { ", it wants \($0)" } ?? ""
        throw VaultError("no password fits\(wanted); tried \(tried)")
    }

    /// The password of that id; without an id, the first one. With its id for the header, nil for `default`.
    /// - Throws: `VaultError` where there is none.
    public func password(for id: String?) throws -> (password: Secret, id: String?) {
        guard let index = entries.firstIndex(where: { id == nil || $0.id == id }) else {
            throw VaultError(
                id.map { "there is no password for the id \($0)" }
                    ?? "give the password with --vault-password-file or --vault-id"
            )
        }
        let found = entries[index].id
        return (try password(index), found == Self.defaultID ? nil : found)
    }

    private func password(_ index: Int) throws -> Secret {
        try fetched.withLock { fetched in
            if let known = fetched[index] { return known }
            let secret = try entries[index].password()
            guard !secret.revealed.isEmpty else {
                throw VaultError("the vault password from \(entries[index].source) is empty")
            }
            fetched[index] = secret
            return secret
        }
    }
}
