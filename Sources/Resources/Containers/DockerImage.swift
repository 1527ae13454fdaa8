public import Provisioning

/// An image on a host: built there from a folder of this machine, or pulled.
///
/// A built image carries the digest of what it was built from as the label `apus.context`; it is built again when
/// that differs. The context is stored on the host for as long as the build takes, which goes on where the connection is
/// lost.
public struct DockerImage: Resource {
    /// With its tag: "haproxy:latest".
    public let name: String
    private let context: BuildContext?
    /// `ARG`s of the Dockerfile. They show in the image's history, so they are no place for secrets.
    private let arguments: [String: String]

    static let contextLabel = "apus.context"

    /// - Parameters:
    ///   - name: without a tag.
    ///   - builtFrom: a folder with a Dockerfile; a relative path is beside the Swift file that says so.
    ///   - arguments: values of the Dockerfile's `ARG`s.
    public init(
        _ name: String,
        tag: String = "latest",
        builtFrom folder: String,
        arguments: [String: String] = [:],
        beside: StaticString = #filePath
    ) {
        self.init(name, tag: tag, builtFrom: BuildContext(folder, beside: beside), arguments: arguments)
    }

    public init(
        _ name: String,
        tag: String = "latest",
        builtFrom context: BuildContext,
        arguments: [String: String] = [:]
    ) {
        self.name = ImageReference("\(name):\(tag)").description
        self.context = context
        self.arguments = arguments
    }

    /// Pulled where it is missing; an image that is there is not looked for anew.
    ///
    /// - Parameter reference: "nginx:1.27", "registry:5000/team/app@sha256:…".
    public init(pulled reference: String) {
        name = ImageReference(reference).description
        context = nil
        arguments = [:]
    }

    public var probe: Probe<DockerImageState?> { Probe(DockerImageObservation(reference: name)) }

    public func validate() throws {
        try ImageReference(name).validate()
        _ = try context?.digest(arguments: arguments)
    }

    public func plan(from state: DockerImageState?) -> Plan {
        guard let context else {
            if state != nil { return .unchanged }
            return .change([Self.pulling(name)], Difference([.attribute("state", from: nil, to: "pulled")]))
        }
        do {
            let digest = try context.digest(arguments: arguments)
            let built = state?.defaults.labels[Self.contextLabel]
            if built == digest { return .unchanged }
            var difference = Difference()
            if state == nil {
                difference.note("state", from: nil, to: "built")
            } else {
                difference.note(
                    "build context",
                    from: built?.shortDigest ?? "not known",
                    to: digest.shortDigest
                )
            }
            return .change([try building(context, digest)], difference)
        } catch {
            return .unknown("\(error)")
        }
    }

    /// - Parameter name: as `ImageReference` has it.
    static func pulling(_ name: String) -> Step {
        .run(["docker", "pull", "--", name], deadline: .seconds(1800)).asJob()
    }

    private func building(_ context: BuildContext, _ digest: String) throws -> Step {
        let archive = TarArchive(entries: try context.entries())
        var words = ["docker", "build", "--label", "\(Self.contextLabel)=\(digest)", "--tag", name]
        for (name, value) in arguments.sorted(by: { $0.key < $1.key }) {
            words += ["--build-arg", "\(name)=\(value)"]
        }
        words.append("-")
        // One stream: the builders disagree on which of the two tells why a build failed.
        let receiver = "BUILDKIT_PROGRESS=plain; export BUILDKIT_PROGRESS; \(words.shellQuoted) 2>&1"
        let upload = Upload(into: receiver, size: try archive.size()) { archive.chunks() }
        return Step("build the image \(name)", deadline: .seconds(3600), .upload(upload)).asJob()
    }
}
