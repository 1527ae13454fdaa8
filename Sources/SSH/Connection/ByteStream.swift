/// Where the bytes of one SSH session come from and go to. Lives on the event loop's thread.
///
/// Edge-triggered: after `send` or `receive` answered "would block", a change is told once.
protocol ByteStream: AnyObject {
    /// A socket for libssh2 to hold; it neither reads nor writes it.
    var descriptor: Int32 { get }

    /// From now on `handler` is told what changes.
    /// - Throws: `SystemError`.
    func start(_ handler: @escaping (Poller.Event) -> Void) throws

    /// - Returns: how many bytes were taken, at least one; or a negative error number.
    func send(_ bytes: UnsafeRawBufferPointer) -> Int

    /// - Returns: how many bytes came, 0 at the end of the stream; or a negative error number.
    func receive(into buffer: UnsafeMutableRawBufferPointer) -> Int

    /// Why the stream has ended, where more is known than that the server closed it.
    var endReason: String? { get }

    /// May be called twice.
    func close()
}
