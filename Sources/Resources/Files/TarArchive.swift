/// A tar archive, written while it is read; files may be of any size.
///
/// The format is GNU's: `ustar` headers, with "L" and "K" records before names and link targets of more than 100
/// bytes. GNU tar, BusyBox, libarchive and Docker all read it, while BusyBox passes over the names in pax records.
struct TarArchive: Sendable {
    struct Entry: Sendable {
        /// Relative, without "." or ".."; any bytes but NUL.
        var path: String
        var kind: LocalTree.Kind
        var mode: FileMode
        /// Seconds since 1970.
        var modified: Int
    }

    let entries: [Entry]

    /// In bytes.
    func size() throws -> Int {
        try entries.reduce(Self.end.count) {
            try $0 + Self.header(of: $1).count + Self.padded(Self.size(of: $1))
        }
    }

    /// The archive in pieces of at most a mebibyte or so.
    func chunks() -> AnyIterator<Result<[UInt8], any Error>> {
        var waiting = entries.makeIterator()
        var content: Body?
        var isEnded = false
        return AnyIterator {
            if isEnded { return nil }
            do {
                if var body = content {
                    let chunk = try body.next()
                    content = body.isEnded ? nil : body
                    return .success(chunk)
                }
                // Headers and small files travel together.
                var chunk: [UInt8] = []
                while chunk.count < 1 << 20 {
                    guard let entry = waiting.next() else {
                        isEnded = true
                        return .success(chunk + Self.end)
                    }
                    chunk += try Self.header(of: entry)
                    guard case .file(let source, _) = entry.kind else { continue }
                    var body = Body(
                        chunks: try source.chunks(),
                        size: try Self.size(of: entry),
                        path: entry.path
                    )
                    if body.size > 64 << 10 {
                        content = body
                        break
                    }
                    while !body.isEnded { chunk += try body.next() }
                }
                return .success(chunk)
            } catch {
                isEnded = true
                return .failure(error)
            }
        }
    }

    /// Two blocks of zeros (POSIX.1-1988, tar).
    private static let end = [UInt8](repeating: 0, count: 1024)

    private static func padded(_ size: Int) -> Int { (size + 511) / 512 * 512 }

    private static func size(of entry: Entry) throws -> Int {
        if case .file(let content, _) = entry.kind { try content.size() } else { 0 }
    }

    /// The content of one file, padded to whole blocks; exactly as long as the header said.
    private struct Body {
        let chunks: AnyIterator<Result<[UInt8], any Error>>
        let size: Int
        let path: String
        var written = 0
        var isEnded = false

        init(chunks: AnyIterator<Result<[UInt8], any Error>>, size: Int, path: String) {
            self.chunks = chunks
            self.size = size
            self.path = path
        }

        mutating func next() throws -> [UInt8] {
            guard let chunk = try chunks.next()?.get() else {
                guard written == size else { throw changed() }
                isEnded = true
                return [UInt8](repeating: 0, count: TarArchive.padded(size) - size)
            }
            written += chunk.count
            guard written <= size else { throw changed() }
            return chunk
        }

        private func changed() -> LocalFileError {
            LocalFileError(description: "\(path) changed while it was being sent; run again")
        }
    }

    private static func header(of entry: Entry) throws -> [UInt8] {
        let isFolder = if case .folder = entry.kind { true } else { false }
        let name = Array((isFolder ? entry.path + "/" : entry.path).utf8)
        var target: [UInt8] = []
        let type: Character
        switch entry.kind {
        case .folder: type = "5"
        case .file: type = "0"
        case .link(let to):
            type = "2"
            target = Array(to.utf8)
        }
        var bytes: [UInt8] = []
        if name.count > 100 { bytes += long(name, type: "L") }
        if target.count > 100 { bytes += long(target, type: "K") }
        return bytes
            + block(
                name: name,
                target: target,
                mode: entry.mode,
                size: try size(of: entry),
                modified: entry.modified,
                type: type
            )
    }

    private static func long(_ text: [UInt8], type: Character) -> [UInt8] {
        let size = text.count + 1
        let name = Array("././@LongLink".utf8)
        return block(name: name, target: [], mode: 0o644, size: size, modified: 0, type: type) + text
            + [UInt8](repeating: 0, count: padded(size) - text.count)
    }

    private static func block(
        name: [UInt8],
        target: [UInt8],
        mode: FileMode,
        size: Int,
        modified: Int,
        type: Character
    ) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ bytes: some Sequence<UInt8>, at offset: Int) {
            for (index, byte) in bytes.enumerated() { block[offset + index] = byte }
        }
        put(name.prefix(100), at: 0)
        put(number(Int(mode.bits), width: 8), at: 100)
        put(number(0, width: 8), at: 108)
        put(number(0, width: 8), at: 116)
        put(number(size, width: 12), at: 124)
        put(number(max(0, modified), width: 12), at: 136)
        put("        ".utf8, at: 148)
        put(String(type).utf8, at: 156)
        put(target.prefix(100), at: 157)
        put("ustar  \0".utf8, at: 257)
        let sum = block.reduce(0) { $0 + Int($1) }
        put(number(sum, width: 7), at: 148)
        return block
    }

    /// Octal digits and a NUL; what does not fit becomes GNU's base-256, marked by the first bit.
    private static func number(_ value: Int, width: Int) -> [UInt8] {
        let octal = String(value, radix: 8)
        if octal.utf8.count < width {
            return Array((String(repeating: "0", count: width - 1 - octal.utf8.count) + octal).utf8) + [0]
        }
        var bytes = (0..<width).reversed().map { $0 < 8 ? UInt8(truncatingIfNeeded: value >> ($0 * 8)) : 0 }
        bytes[0] |= 0x80
        return bytes
    }
}
