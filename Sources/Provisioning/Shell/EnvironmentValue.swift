public import HostInventory

/// The value of an environment variable. Made with a `Secret`, it is a secret one: `"token:\(token)"`.
///
/// A secret one shows in no difference, journal or process list, and the output of what gets it is searched for it.
public enum EnvironmentValue: Sendable, Hashable {
    case plain(String)
    case secret(Secret)

    public var revealed: String {
        switch self {
        case .plain(let text): text
        case .secret(let secret): secret.revealed
        }
    }

    public var secret: Secret? { if case .secret(let secret) = self { secret } else { nil } }
}

extension EnvironmentValue: CustomStringConvertible {
    public var description: String {
        switch self {
        case .plain(let text): text
        case .secret(let secret): secret.description
        }
    }
}

extension EnvironmentValue: ExpressibleByStringInterpolation {
    public init(stringLiteral value: String) { self = .plain(value) }

    public init(stringInterpolation: StringInterpolation) {
        let secret = Secret(stringInterpolation: stringInterpolation.text)
        self = stringInterpolation.isSecret ? .secret(secret) : .plain(secret.revealed)
    }

    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text: Secret.StringInterpolation
        fileprivate var isSecret = false

        public init(literalCapacity: Int, interpolationCount: Int) {
            text = .init(literalCapacity: literalCapacity, interpolationCount: interpolationCount)
        }

        public mutating func appendLiteral(_ literal: String) { text.appendLiteral(literal) }

        public mutating func appendInterpolation(_ secret: Secret) {
            isSecret = true
            text.appendInterpolation(secret)
        }

        public mutating func appendInterpolation(_ value: some CustomStringConvertible) {
            text.appendInterpolation(value)
        }
    }
}

extension [String: EnvironmentValue] {
    /// `NAME=VALUE` as words of `sh`, sorted by name.
    var assignments: [String] {
        sorted { $0.key < $1.key }.map { "\($0.key)=\(Provisioning.shellQuoted($0.value.revealed))" }
    }

    /// Lines of `sh` that export them.
    var exports: String { assignments.map { "export \($0)\n" }.joined() }

    var secrets: [Secret] { values.compactMap(\.secret) }
}
