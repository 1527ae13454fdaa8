// The only file of this module that knows epoll; another system needs another Poller.
#if os(Linux)
import CLinux
import Glibc

/// Watches descriptors, edge-triggered: each change is told once, so a reader goes on until it would block.
struct Poller: ~Copyable {
    struct Event {
        let registration: UInt64
        let readable: Bool
        let writable: Bool
        /// The peer will send no more, or the descriptor failed.
        let hangup: Bool
    }

    private static let capacity = 256
    /// The registration of the descriptor that wakes the poller.
    private static let wakeup: UInt64 = 0

    private let epoll: Int32
    private let event: Int32
    private let buffer: UnsafeMutableBufferPointer<epoll_event>

    init() {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        event = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        precondition(epoll >= 0 && event >= 0, "no descriptors for an event loop: \(systemErrorText(errno))")
        buffer = .allocate(capacity: Self.capacity)
        buffer.initialize(repeating: epoll_event())
        var interest = epoll_event()
        interest.events = EPOLLIN.rawValue | EPOLLET.rawValue
        interest.data.u64 = Self.wakeup
        epoll_ctl(epoll, EPOLL_CTL_ADD, event, &interest)
    }

    deinit {
        close(event)
        close(epoll)
        buffer.deallocate()
    }

    /// - Returns: 0, or the error number.
    func add(_ descriptor: Int32, registration: UInt64) -> Int32 {
        var interest = epoll_event()
        interest.events = EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
        interest.data.u64 = registration
        return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &interest) == 0 ? 0 : errno
    }

    func remove(_ descriptor: Int32) {
        var unused = epoll_event()
        epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, &unused)
    }

    /// Ends a `wait` of another thread, or the next one.
    func wake() {
        var one: UInt64 = 1
        _ = retryingInterrupts { write(event, &one, 8) }
    }

    /// - Parameter milliseconds: -1 waits until something happens.
    func wait(milliseconds: Int32, handle: (Event) -> Void) {
        let count = epoll_wait(epoll, buffer.baseAddress, Int32(Self.capacity), milliseconds)
        for index in 0..<max(0, Int(count)) {
            let ready = buffer[index]
            guard ready.data.u64 != Self.wakeup else { continue }
            let failed = ready.events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0
            handle(
                Event(
                    registration: ready.data.u64,
                    readable: failed || ready.events & EPOLLIN.rawValue != 0,
                    writable: failed || ready.events & EPOLLOUT.rawValue != 0,
                    hangup: failed || ready.events & EPOLLRDHUP.rawValue != 0
                )
            )
        }
    }
}
#endif
