import Foundation
public import Provisioning

/// This machine as a host: a login shell of its own user, without a connection.
public struct LocalTransport: Transport {
    private let process = ProcessTransport(["/bin/sh", "-c"], loginUser: NSUserName())

    public var loginUser: String { process.loginUser }

    public init() {}

    public func open(_ command: String) async throws -> any TransportChannel {
        try await process.open(command)
    }

    public func close() async { await process.close() }
}
