import CLibCrypto

extension PrivateKey {
    /// A key in a PEM format that libcrypto reads: PKCS #1, SEC 1, PKCS #8, encrypted or not.
    ///
    /// - Parameter passphrase: nil where none is known.
    /// - Throws: `KeyError`; `.encrypted` where a passphrase is wanted and none given.
    static func pem(_ bytes: [UInt8], passphrase: String?) throws(KeyError) -> PrivateKey {
        /// What the callback gives and learns.
        struct Request {
            var passphrase: [UInt8]?
            var wasAsked = false
        }
        var request = Request(passphrase: passphrase.map { [UInt8]($0.utf8) })
        defer { request.passphrase?.wipe() }
        let input = BIO_new_mem_buf(bytes, Int32(bytes.count))
        defer { BIO_free(input) }
        ERR_clear_error()
        let key = withUnsafeMutablePointer(to: &request) { pointer in
            PEM_read_bio_PrivateKey(
                input,
                nil,
                { buffer, size, _, argument in
                    let request = argument!.assumingMemoryBound(to: Request.self)
                    request.pointee.wasAsked = true
                    guard let buffer, let passphrase = request.pointee.passphrase,
                        passphrase.count <= Int(size)
                    else { return -1 }
                    passphrase.withUnsafeBytes { UnsafeMutableRawPointer(buffer).copyMemory(from: $0) }
                    return Int32(passphrase.count)
                },
                pointer
            )
        }
        defer { ERR_clear_error() }
        if let key { return try PrivateKey(adopting: key) }
        guard request.wasAsked else { throw KeyError(.malformed, "no private key in a format known here") }
        if passphrase == nil { throw KeyError(.encrypted, "encrypted, and no passphrase given") }
        throw .wrongPassphrase
    }
}

extension UnsafeMutableRawPointer {
    fileprivate func copyMemory(from source: UnsafeRawBufferPointer) {
        guard let base = source.baseAddress else { return }
        copyMemory(from: base, byteCount: source.count)
    }
}
