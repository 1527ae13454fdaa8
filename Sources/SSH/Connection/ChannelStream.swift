#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// A channel of one connection as the byte stream of another: that to a host behind a jump host.
///
/// Both connections live on the same event loop, and so does all of this. What waits in either direction is bounded.
final class ChannelStream: ByteStream, @unchecked Sendable {
    /// Above this nothing more is taken in, in either direction, before some of it was passed on.
    private static let highWater = 512 * 1024

    let descriptor: Int32
    private(set) var endReason: String?
    private let channel: SSHChannel
    private var handler: ((Poller.Event) -> Void)?
    private var reading: Task<Void, Never>?

    private var incoming: [UInt8] = []
    private var taken = 0
    private var hasEnded = false
    private var room: Completion<Void>?

    private var outgoing: [UInt8] = []
    private var isWriting = false

    /// - Parameter descriptor: the socket that all of it goes through in the end.
    init(channel: SSHChannel, descriptor: Int32) {
        self.channel = channel
        self.descriptor = descriptor
    }

    func start(_ handler: @escaping (Poller.Event) -> Void) {
        self.handler = handler
        reading = Task { await read(on: channel.connection) }
    }

    func send(_ bytes: UnsafeRawBufferPointer) -> Int {
        if hasEnded { return -Int(EPIPE) }
        guard outgoing.count < Self.highWater else { return -Int(EAGAIN) }
        outgoing.append(contentsOf: bytes)
        if !isWriting {
            isWriting = true
            Task { await write(on: channel.connection) }
        }
        return bytes.count
    }

    func receive(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, incoming.count - taken)
        guard count > 0 else { return hasEnded ? 0 : -Int(EAGAIN) }
        incoming.withUnsafeBytes {
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[taken..<taken + count]))
        }
        taken += count
        if taken == incoming.count {
            incoming.removeAll(keepingCapacity: true)
            taken = 0
            room?.finish(.success(()))
        }
        return count
    }

    func close() {
        guard handler != nil else { return }
        handler = nil
        reading?.cancel()
        Task { [channel] in await channel.close() }
    }

    // MARK: On the loop, beside the sessions

    private func read(on connection: isolated SSHConnection) async {
        do {
            while !hasEnded {
                switch try await channel.read() {
                case .stdout(let bytes):
                    incoming += bytes
                    tell(readable: true)
                    if incoming.count - taken >= Self.highWater {
                        let room = Completion<Void>()
                        self.room = room
                        try await room.value()
                    }
                // A forwarded connection has no second stream.
                case .stderr: break
                case .exit: hasEnded = true
                }
            }
        } catch {
            end(error)
        }
        tell(readable: true, hangup: true)
    }

    private func write(on connection: isolated SSHConnection) async {
        do {
            while !outgoing.isEmpty, !hasEnded {
                let bytes = outgoing
                outgoing = []
                try await channel.write(bytes)
                tell(writable: true)
            }
        } catch {
            end(error)
            tell(readable: true, hangup: true)
        }
        isWriting = false
    }

    private func end(_ error: any Error) {
        hasEnded = true
        endReason = endReason ?? "the jump host \(channel.connection.endpoint): \(error)"
    }

    private func tell(readable: Bool = false, writable: Bool = false, hangup: Bool = false) {
        handler?(Poller.Event(registration: 0, readable: readable, writable: writable, hangup: hangup))
    }
}
