import CLinux

/// Tells systemd how the service stands (sd_notify(3), protocol only); does nothing under anything else.
enum ServiceManager {
    static func tell(_ state: String) {
        guard let path = environment("NOTIFY_SOCKET") else { return }
        let bytes = Array(state.utf8)
        let result = bytes.withUnsafeBytes { linux_notify(path, $0.baseAddress, Int64(bytes.count)) }
        if result < 0 {
            let error = SystemError(operation: "notify the service manager at \(path)", code: -result)
            Log.warning(error.description)
        }
    }
}
