/// What a change would do, and from which state: enough to know it again, and not enough to tell what it was.
public struct Preview: Sendable, Codable {
    /// For people: "write /etc/hosts".
    public private(set) var steps: [String]
    /// Fingerprints of the state that was seen, and of the steps with all that they write.
    let state: String
    let change: String

    /// - Throws: what `Upload.identity` does.
    init(_ change: Change, from state: String, key: FingerprintKey) throws {
        steps = change.steps.map(\.title)
        self.state = key.fingerprint(of: state)
        let actions = try change.steps.map { step -> [String] in
            switch step.action {
            case .script(let script): [step.title, script]
            case .upload(let upload):
                [step.title, upload.receiver, "\(upload.size ?? -1)", try upload.identity?() ?? ""]
            case .reboot, .powerOff: [step.title]
            }
        }
        self.change = key.fingerprint(of: [canonicalText(actions), canonicalText(change.difference)])
    }

    func redacted(_ redaction: Redaction) -> Preview {
        var preview = self
        preview.steps = steps.map { redaction($0) }
        return preview
    }

    func isSame(as other: Preview?) -> Bool { state == other?.state && change == other?.change }
}
