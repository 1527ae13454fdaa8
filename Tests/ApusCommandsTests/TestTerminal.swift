import Foundation

/// A terminal of its own, at whose keyboard a test sits.
final class TestTerminal {
    /// What a program has as its standard input.
    let device: FileHandle
    private let keyboard: FileHandle

    init() throws {
        var (master, slave): (Int32, Int32) = (-1, -1)
        guard openpty(&master, &slave, nil, nil, nil) == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .ENODEV)
        }
        // Programs that other tests start are not to keep it open.
        for descriptor in [master, slave] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        keyboard = FileHandle(fileDescriptor: master, closeOnDealloc: true)
        device = FileHandle(fileDescriptor: slave, closeOnDealloc: true)
    }

    func type(_ line: String) throws { try keyboard.write(contentsOf: Data((line + "\n").utf8)) }
}
