import CLinux

/// Waits until something can be read, or written.
///
/// - Parameters:
///   - connections: those that are waited for to be writable.
///   - timeout: nil for ever.
/// - Returns: the descriptors that something happened on.
func waitUntilReadable(
    _ descriptors: [Int32],
    orWritable connections: [Int32] = [],
    timeout: Duration?
) throws(SystemError) -> [Int32] {
    var entries = descriptors.map {
        linux_wait_entry(descriptor: $0, events: Int16(LINUX_READABLE), seen: 0)
    }
    for connection in connections {
        entries.append(linux_wait_entry(descriptor: connection, events: Int16(LINUX_WRITABLE), seen: 0))
    }
    let result = entries.withUnsafeMutableBufferPointer {
        linux_wait($0.baseAddress, Int32($0.count), timeout?.waitNanoseconds ?? -1)
    }
    guard result != -LINUX_EINTR, try check(result, "wait for events") > 0 else { return [] }
    return entries.filter { $0.seen != 0 }.map { $0.descriptor }
}
