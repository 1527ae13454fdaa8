import CLibSSH2

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The bytes between libssh2 and the stream that carries them.
///
/// libssh2 hands over whole packets, and they are always taken: thus it never has half a packet to send, and the
/// operations of one session may interleave freely. What is queued is bounded, since nothing new is written while
/// `isCongested`. The peer's end of the stream is kept from libssh2 (it would drop what was received but not yet
/// read); `loss` tells it.
final class Wire {
    /// Above this no more data is written before the socket took some; a few packets of control may follow.
    private static let highWater = 512 * 1024
    private static let incomingCapacity = 64 * 1024

    private let stream: any ByteStream
    private var outgoing: [UInt8] = []
    private var sent = 0
    private let incoming = UnsafeMutableRawBufferPointer.allocate(byteCount: incomingCapacity, alignment: 16)
    private var head = 0
    private var tail = 0
    private var mayReceive = true
    private var maySend = true
    private var sawHangup = false
    private var isDiscarding = false

    /// Grows whenever an operation that could not go on might now: bytes are there, or room became free.
    private(set) var epoch: UInt64 = 0
    private(set) var lastReceived = ContinuousClock.now
    /// Why nothing more will come or go.
    private(set) var loss: String?
    /// What the server said when it hung up.
    var farewell: String?
    /// The signature that the running public-key authentication waits for.
    var signing: SigningExchange?
    /// The keyboard-interactive login that goes on.
    var conversation: PromptConversation?

    init(stream: any ByteStream) {
        self.stream = stream
    }

    deinit {
        incoming.deallocate()
    }

    var descriptor: Int32 { stream.descriptor }

    var isCongested: Bool { outgoing.count - sent >= Self.highWater }
    /// Whether received bytes may be waiting that no operation took.
    var hasUnread: Bool { mayReceive && loss == nil }

    func noteReadiness(_ event: Poller.Event) {
        if event.readable || event.hangup {
            mayReceive = true
            epoch += 1
        }
        if event.hangup { sawHangup = true }
        if event.writable { maySend = true }
    }

    /// Closes the stream, swallows what is sent from now on and lets libssh2 see an error where it reads, so that
    /// it can be freed.
    func discard() {
        stream.close()
        isDiscarding = true
        outgoing = []
        sent = 0
    }

    func lose(_ reason: String) {
        if loss == nil { loss = reason }
    }

    /// Hands the stream as much as it takes.
    func flush() {
        guard sent < outgoing.count, maySend, loss == nil else { return }
        let wasCongested = isCongested
        outgoing.withUnsafeBytes { bytes in
            while sent < bytes.count {
                let count = stream.send(UnsafeRawBufferPointer(rebasing: bytes[sent...]))
                if count >= 0 {
                    sent += count
                } else if count == -Int(EAGAIN) {
                    maySend = false
                    break
                } else {
                    lose(stream.endReason ?? systemErrorText(Int32(-count)))
                    break
                }
            }
        }
        if sent == outgoing.count {
            outgoing.removeAll(keepingCapacity: outgoing.capacity <= 64 * 1024)
            sent = 0
        } else if sent >= Self.highWater / 2 {
            outgoing.removeFirst(sent)
            sent = 0
        }
        if wasCongested, !isCongested { epoch += 1 }
    }

    // MARK: Called by libssh2

    private func enqueue(_ bytes: UnsafeRawBufferPointer) -> Int {
        if !isDiscarding { outgoing.append(contentsOf: bytes) }
        return bytes.count
    }

    private func receive(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        if head == tail {
            let code = refill()
            guard code == 0 else { return -Int(code) }
        }
        let count = min(buffer.count, tail - head)
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: incoming[head..<head + count]))
        head += count
        return count
    }

    /// - Returns: 0, or the error number for libssh2.
    private func refill() -> Int32 {
        if isDiscarding { return ECONNRESET }
        guard mayReceive, loss == nil else { return EAGAIN }
        let count = stream.receive(into: incoming)
        if count > 0 {
            head = 0
            tail = count
            epoch += 1
            lastReceived = .now
            // Edge-triggered: a short read means that there is no more, unless the end of the stream is there.
            if count < incoming.count, !sawHangup { mayReceive = false }
            return 0
        }
        if count == 0 {
            lose(stream.endReason ?? "the server closed the connection")
        } else if count == -Int(EAGAIN) {
            mayReceive = false
        } else {
            lose(systemErrorText(Int32(-count)))
        }
        return EAGAIN
    }

    /// A session whose bytes go through this wire, which must outlive it.
    func makeSession() -> OpaquePointer? {
        typealias Send =
            @convention(c) (
                Int32, UnsafeRawPointer?, Int, Int32, UnsafeMutablePointer<UnsafeMutableRawPointer?>?
            ) -> Int
        typealias Receive =
            @convention(c) (
                Int32, UnsafeMutableRawPointer?, Int, Int32, UnsafeMutablePointer<UnsafeMutableRawPointer?>?
            ) -> Int
        typealias Disconnect =
            @convention(c) (
                OpaquePointer?, Int32, UnsafePointer<CChar>?, Int32, UnsafePointer<CChar>?, Int32,
                UnsafeMutablePointer<UnsafeMutableRawPointer?>?
            ) -> Void
        let send: Send = { _, bytes, count, _, abstract in
            Wire.of(abstract).enqueue(UnsafeRawBufferPointer(start: bytes, count: count))
        }
        let receive: Receive = { _, buffer, count, _, abstract in
            Wire.of(abstract).receive(into: UnsafeMutableRawBufferPointer(start: buffer, count: count))
        }
        let disconnect: Disconnect = { _, _, message, count, _, _, abstract in
            guard let message else { return }
            let text = UnsafeRawBufferPointer(start: message, count: Int(count))
            Wire.of(abstract).farewell = String(decoding: text, as: UTF8.self)
        }
        guard LibSSH2.isReady,
            let session = libssh2_session_init_ex(nil, nil, nil, Unmanaged.passUnretained(self).toOpaque())
        else { return nil }
        libssh2_session_set_blocking(session, 0)
        func install(_ kind: Int32, _ function: UnsafeMutableRawPointer) {
            libssh2_session_callback_set(session, kind, function)
        }
        install(LIBSSH2_CALLBACK_SEND, unsafeBitCast(send, to: UnsafeMutableRawPointer.self))
        install(LIBSSH2_CALLBACK_RECV, unsafeBitCast(receive, to: UnsafeMutableRawPointer.self))
        install(LIBSSH2_CALLBACK_DISCONNECT, unsafeBitCast(disconnect, to: UnsafeMutableRawPointer.self))
        return session
    }

    static func of(_ abstract: UnsafeMutablePointer<UnsafeMutableRawPointer?>?) -> Wire {
        Unmanaged<Wire>.fromOpaque(abstract!.pointee!).takeUnretainedValue()
    }
}

/// The library as a whole.
enum LibSSH2 {
    /// Initialises the library at the first use.
    static let isReady = libssh2_init(0) == 0
}
