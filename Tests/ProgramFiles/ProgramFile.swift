public import Foundation

/// Writes a program that tests start, with mode 0755.
///
/// A process of its own writes it: whatever another test starts at that moment would inherit a descriptor that this
/// process has open for writing, and until that one is closed nobody can execute the file (execve(2), ETXTBSY).
public func writeProgram(_ text: String, to file: URL) throws {
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    shell.arguments = ["-c", #"printf %s "$1" >"$0" && chmod 755 "$0""#, file.path, text]
    try shell.run()
    shell.waitUntilExit()
    guard shell.terminationStatus == 0 else {
        throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: file.path])
    }
}
