import Foundation
import Provisioning
import Testing

@testable import Resources

@Suite("Docker images")
struct DockerImageTests {
    private func state(digest: String?) -> DockerImageState {
        var defaults = ContainerDefaults()
        if let digest { defaults.labels[DockerImage.contextLabel] = digest }
        return DockerImageState(id: DockerSamples.imageID, tags: ["web:latest"], defaults: defaults)
    }

    @Test(
        "names are those that Docker shows",
        arguments: [
            ("haproxy", "haproxy:latest"), ("docker.io/library/haproxy:2", "haproxy:2"),
            ("registry:5000/team/app", "registry:5000/team/app:latest"), ("a/b:1", "a/b:1"),
            ("debian@sha256:00", "debian@sha256:00"),
            ("registry:5000/a:1@sha256:00", "registry:5000/a@sha256:00"),
        ]
    )
    func names(text: String, expected: String) { #expect(ImageReference(text).description == expected) }

    @Test("an image is built where it is missing or was built from something else, and only there")
    func plans() throws {
        let context = BuildContext(files: ["Dockerfile": "FROM x"])
        let image = DockerImage("web", builtFrom: context, arguments: ["A": "1"])
        let digest = try context.digest(arguments: ["A": "1"])
        #expect(image.plan(from: state(digest: digest)).isUnchanged)
        #expect(image.plan(from: nil).lines == ["state: absent → built"])
        let unknown = image.plan(from: state(digest: nil)).lines
        #expect(unknown == ["build context: not known → \(digest.shortDigest)"])
        let step = try #require(image.plan(from: nil).change?.steps.first)
        guard case .upload(let upload) = step.action else { return #expect(Bool(false)) }
        #expect(upload.receiver.contains("--tag web:latest --build-arg 'A=1' -"))
    }

    @Test("everything that goes into the image changes its digest, and times do not")
    func digests() throws {
        let folder = try TemporaryFolder()
        try folder.write("Dockerfile", "FROM x")
        try folder.write("sub/file", "1")
        try folder.link("link", to: "sub")
        func digest(_ arguments: [String: String] = [:], adding: [String: String] = [:]) throws -> String {
            try BuildContext(folder.path, adding: adding).digest(arguments: arguments)
        }
        let first = try digest()
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 5)],
            ofItemAtPath: folder.path + "/sub/file"
        )
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o664],
            ofItemAtPath: folder.path + "/sub/file"
        )
        #expect(try digest() == first)
        var seen = [first, try digest(["A": "1"]), try digest(["A1": ""]), try digest(adding: ["x": "y"])]
        seen.append(try digest(adding: ["sub/file": "2"]))
        try folder.write("sub/file", "1", mode: 0o755)
        seen.append(try digest())
        try folder.write("sub/file", "22")
        seen.append(try digest())
        try folder.write("sub/other", "")
        seen.append(try digest())
        #expect(Set(seen).count == seen.count)
    }

    @Test("a folder without a Dockerfile is refused before any host is touched")
    func noDockerfile() throws {
        let folder = try TemporaryFolder()
        #expect(throws: LocalFileError.self) { try DockerImage("a", builtFrom: folder.path).validate() }
        try folder.write("Dockerfile", "FROM x")
        #expect(throws: Never.self) { try DockerImage("a", builtFrom: folder.path).validate() }
        #expect(throws: LocalFileError.self) { try DockerImage("a", builtFrom: "/no/such").validate() }
    }

    @Test("an image to be pulled is pulled once")
    func pulled() {
        let image = DockerImage(pulled: "nginx:1")
        #expect(image.plan(from: nil).change?.steps.map(\.title) == ["docker pull -- nginx:1"])
        #expect(image.plan(from: state(digest: nil)).isUnchanged)
    }
}
