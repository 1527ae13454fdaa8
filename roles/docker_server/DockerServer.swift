public import Apus

/// Serves one page on port 80 with nginx in a container.
public struct DockerServer: Role {
    public static let name = "docker_server"

    /// Which page: "server1" says "Hello world from server 1!".
    public var page: String
    /// On the host; the page's folder is in it.
    public var pages: String
    public var port: UInt16

    /// - Parameters:
    ///   - page: the name of the page and of its folder.
    ///   - pages: an absolute path; made where it is missing.
    ///   - port: of the host.
    public init(page: String, pages: String = "/srv/nginx", port: UInt16 = 80) {
        self.page = page
        self.pages = pages
        self.port = port
    }

    public var tasks: [Play.Task] {
        Directory(folder).named("Make nginx dir")
        FileTree(folder, source: "pages").named("Copy page files")
        Template("\(folder)/index.html", source: "index.html.stencil", context: words)
            .named("Write the page")
        DockerImage("nginx", builtFrom: "image").named("Build nginx image")
        DockerContainer(
            "nginx",
            image: "nginx",
            ports: [PortMapping(port, to: 80)],
            volumes: [VolumeMount(folder, at: "/usr/share/nginx/html", readOnly: true)]
        )
        .named("Run nginx container")
    }

    private var folder: String { "\(pages)/\(page)" }

    /// "server1" → "server 1" and "Application 1".
    private var words: [String: String] {
        let number = String(page.reversed().prefix(while: \.isNumber).reversed())
        let kind = page.dropLast(number.count)
        guard !number.isEmpty, !kind.isEmpty else { return ["server": page, "title": "Application \(page)"] }
        return ["server": "\(kind) \(number)", "title": "Application \(number)"]
    }
}
