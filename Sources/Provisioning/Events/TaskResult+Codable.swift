/// `{"outcome":"changed","seconds":0.21,"difference":[…]}`; `why` says why it is unknown, failed or skipped.
extension TaskResult: Codable {
    private enum Key: String, CodingKey { case outcome, why, pardon, seconds, difference, preview }
    private enum Word: String, Codable { case ok, changed, unknown, failed, skipped }

    public func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: Key.self)
        let (word, why): (Word, String?) =
            switch outcome {
            case .ok: (.ok, nil)
            case .changed: (.changed, nil)
            case .unknown(let why): (.unknown, why)
            case .failed(let why): (.failed, why)
            case .skipped(let why): (.skipped, why)
            }
        try object.encode(word, forKey: .outcome)
        try object.encodeIfPresent(why, forKey: .why)
        try object.encodeIfPresent(pardon, forKey: .pardon)
        try object.encode(duration.seconds, forKey: .seconds)
        try object.encodeIfPresent(preview, forKey: .preview)
        if !difference.isEmpty { try object.encode(difference.entries, forKey: .difference) }
    }

    public init(from decoder: any Decoder) throws {
        let object = try decoder.container(keyedBy: Key.self)
        let why = try object.decodeIfPresent(String.self, forKey: .why) ?? ""
        let outcome: Outcome =
            switch try object.decode(Word.self, forKey: .outcome) {
            case .ok: .ok
            case .changed: .changed
            case .unknown: .unknown(why)
            case .failed: .failed(why)
            case .skipped: .skipped(why)
            }
        let entries = try object.decodeIfPresent([Difference.Entry].self, forKey: .difference)
        self.init(
            outcome,
            after: .seconds(try object.decode(Double.self, forKey: .seconds)),
            difference: Difference(entries ?? [])
        )
        preview = try object.decodeIfPresent(Preview.self, forKey: .preview)
        pardon = try object.decodeIfPresent(Pardon.self, forKey: .pardon)
    }
}

/// `{"attribute":"mode","from":"0644","to":"0600"}`, or `{"content":"/etc/hosts","before":…,"after":…}`.
extension Difference.Entry: Codable {
    private enum Key: String, CodingKey { case attribute, from, to, content, before, after }

    public func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: Key.self)
        switch self {
        case .attribute(let name, let from, let to):
            try object.encode(name, forKey: .attribute)
            try object.encodeIfPresent(from, forKey: .from)
            try object.encodeIfPresent(to, forKey: .to)
        case .content(let path, let before, let after):
            try object.encode(path, forKey: .content)
            try object.encodeIfPresent(before, forKey: .before)
            try object.encode(after, forKey: .after)
        }
    }

    public init(from decoder: any Decoder) throws {
        let object = try decoder.container(keyedBy: Key.self)
        func text(_ key: Key) throws -> String? { try object.decodeIfPresent(String.self, forKey: key) }
        if let path = try text(.content) {
            self = .content(path: path, before: try text(.before), after: try text(.after) ?? "")
        } else {
            let name = try object.decode(String.self, forKey: .attribute)
            self = .attribute(name, from: try text(.from), to: try text(.to))
        }
    }
}
