import Foundation
public import Provisioning

/// This machine as a host: a login shell of its own user, without a connection.
public struct LocalTransport: Transport {
    public let loginUser = NSUserName()
    private let channels = OpenChannels()

    public init() {}

    public func open(_ command: String) async throws -> any TransportChannel {
        let channel = try LocalChannel(command: command)
        channels.add(channel)
        return channel
    }

    public func close() async {
        for channel in channels.takeAll() { await channel.close() }
    }
}

/// The channels that end with their transport.
private final class OpenChannels: @unchecked Sendable {
    private let lock = NSLock()
    private var channels: [LocalChannel] = []

    func add(_ channel: LocalChannel) {
        lock.withLock { channels = channels.filter { !$0.isClosed } + [channel] }
    }

    func takeAll() -> [LocalChannel] {
        lock.withLock {
            defer { channels = [] }
            return channels
        }
    }
}
