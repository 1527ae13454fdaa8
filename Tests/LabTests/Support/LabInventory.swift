import Foundation

/// Variations of the lab's inventory, each in a file of its own.
struct LabInventory {
    let folder: ScratchFolder
    let path: String

    /// The lab's own with lines replaced, and with paths that hold everywhere.
    ///
    /// - Parameter lines: the beginning of a line, and what stands there instead.
    init(replacing lines: [String: String] = [:], adding more: [String] = []) throws {
        var text = try String(contentsOfFile: Lab.inventoryPath, encoding: .utf8)
            .replacing("../lab/state", with: Lab.state)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for (beginning, line) in lines {
            guard let index = text.firstIndex(where: { $0.hasPrefix(beginning) }) else {
                throw MissingLine(beginning: beginning)
            }
            text[index] = line
        }
        // The last section is [all:vars].
        text += more
        folder = try ScratchFolder()
        path = try folder.write("hosts.ini", text.joined(separator: "\n") + "\n")
    }

    struct MissingLine: Error {
        let beginning: String
    }

    /// The number of the first line that contains `text`, as messages give it.
    func line(of text: String) throws -> Int {
        let lines = try folder.text("hosts.ini").split(separator: "\n", omittingEmptySubsequences: false)
        guard let index = lines.firstIndex(where: { $0.contains(text) }) else {
            throw MissingLine(beginning: text)
        }
        return index + 1
    }
}

/// A port of this machine that counts who knocks.
final class Doorbell {
    let port: UInt16
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let status = withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, size) | listen(descriptor, 64)
                    | getsockname(descriptor, address, &size)
            }
        }
        guard status == 0 else { throw POSIXError(.EADDRNOTAVAIL) }
        port = UInt16(bigEndian: name.sin_port)
    }

    deinit { close(descriptor) }

    /// Connections since the last time.
    func takeConnections() -> Int {
        var count = 0
        while case let connection = accept(descriptor, nil, nil), connection >= 0 {
            close(connection)
            count += 1
        }
        return count
    }
}
