import CLinux

/// The standard streams.
enum Output {
    static let standard: Int32 = 1
    static let error: Int32 = 2

    /// Writes all of it, in one call where the kernel takes it so. Where a standard stream is closed there is
    /// nobody left to tell.
    static func write(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        var offset = 0
        while offset < bytes.count {
            let written = bytes.withUnsafeBytes {
                linux_write(descriptor, $0.baseAddress! + offset, Int64(bytes.count - offset))
            }
            if written == -Int64(LINUX_EINTR) { continue }
            guard written > 0 else { return }
            offset += Int(written)
        }
    }
}
