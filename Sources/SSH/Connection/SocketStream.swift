#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// A connected TCP socket.
final class SocketStream: ByteStream {
    let descriptor: Int32
    let endReason: String? = nil
    private let loop: EventLoop
    private var registration: UInt64?
    private var isClosed = false

    /// Takes over the socket.
    init(descriptor: Int32, loop: EventLoop) {
        self.descriptor = descriptor
        self.loop = loop
    }

    deinit {
        close()
    }

    func start(_ handler: @escaping (Poller.Event) -> Void) throws {
        registration = try loop.register(descriptor, handler: handler)
    }

    func send(_ bytes: UnsafeRawBufferPointer) -> Int {
        let count = retryingInterrupts {
            sendBytes(descriptor, bytes.baseAddress, bytes.count, Socket.sendFlags)
        }
        return count < 0 ? -Int(errno) : count
    }

    func receive(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = retryingInterrupts { recv(descriptor, buffer.baseAddress, buffer.count, 0) }
        guard count >= 0 else { return -Int(errno) }
        // The server may hold back its next packet until this one is acknowledged (Nagle, RFC 896).
        if count > 0 { Socket.acknowledgeAtOnce(descriptor) }
        return count
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        if let registration { loop.unregister(descriptor, registration: registration) }
        closeDescriptor(descriptor)
    }
}

/// send(2), for types that have a `send` of their own.
private func sendBytes(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int, _ flags: Int32) -> Int {
    send(descriptor, bytes, count, flags)
}
