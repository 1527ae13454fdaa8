public import HostInventory

/// A connection to one host, over which shells are opened. The engine knows nothing else of how a host is reached.
///
/// Conformers keep `ApusTesting.TransportContract`.
public protocol Transport: Sendable {
    /// Starts `command` with the login shell of the host's user; its three standard streams are the channel.
    ///
    /// - Throws: `TransportError`.
    func open(_ command: String) async throws -> any TransportChannel

    /// Who logged in; becoming this user needs no sudo.
    var loginUser: String { get }

    /// What people should know of how the host was reached.
    var warnings: [String] { get }

    /// Ends all channels. Never hangs; may be called twice.
    func close() async
}

extension Transport {
    public var warnings: [String] { [] }
}

/// A running program on a host.
public protocol TransportChannel: Sendable {
    /// Returns when all bytes are under way; any size.
    func write(_ bytes: [UInt8]) async throws

    /// The program sees the end of its standard input.
    func finishWriting() async throws

    /// The next bytes, or how the program ended. After `.exited`, always `.exited`.
    ///
    /// - Throws: `TransportError` when the connection is lost; `CancellationError`.
    func read() async throws -> TransportChunk

    func close() async
}

public enum TransportChunk: Sendable, Equatable {
    case output([UInt8])
    case errors([UInt8])
    /// `nil` when the program was ended by a signal or nobody knows how.
    case exited(status: Int32?)
}

/// Reaches hosts.
public protocol Connector: Sendable {
    /// - Throws: `TransportError`, within `deadline`.
    func connect(to host: Inventory.Host, deadline: Duration) async throws -> any Transport
}

/// Why a host could not be talked to.
public struct TransportError: Error, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable, Codable {
        /// No route, refused, no answer in time, name unknown.
        case unreachable
        /// The host's key is unknown, changed or revoked.
        case hostKey
        case authentication
        /// The connection was there, and is gone.
        case lost
        /// The inventory asks for something that this transport cannot do.
        case configuration
    }

    public let code: Code
    /// What was wanted, what was seen, what to do.
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
