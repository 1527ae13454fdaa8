import Apus

/// Gives secrets to everything that takes one. Some of what gets them tells them, or waits until a test has looked.
let canary = Playbook("canary", summary: "Secrets everywhere") {
    Play("Plant", on: "all") { host in
        let secrets = try host.vars.value("canary", as: Canaries.self)
        let folder: String = try host.vars["canary_folder"]
        let privilege: Privilege = try host.vars["canary_as_root", default: false] ? .root : .login
        let waiting =
            "pause() { : >\(folder)/$1.begun; while [ -e \(folder)/$1.pause ]; do sleep 0.05; done; }"
        let telling = """
            printf '%s\\n' "$CANARY"; printf %s "$CANARY" | base64; printf %s "$CANARY" | od -An -tx1 -v | tr -d ' \\n'; echo
            """
        try Block {
            File("\(folder)/file", contents: secrets.file)
            // As somebody would who did not think of it.
            File("\(folder)/config", contents: "port=80\npassword=\(secrets.text)\n")
            Template("\(folder)/template", text: "x={{ x }}\n", secrets: ["x": secrets.template])
            Line(
                "\(folder)/line",
                "password=\(secrets.line)" as Secret,
                matching: .prefix("password="),
                create: true
            )
            FileTree("\(folder)/tree", source: "\(Entry.folder)/source/tree", isSecret: true)
            Command.shell(
                "\(waiting); pause step; \(telling); { \(telling); } >&2",
                unless: "\(waiting); pause guard; \(telling); false",
                environment: ["CANARY": "\(secrets.environment)"]
            ).named("Tell the environment")
            Command(["sh", "-c", "cat; sleep 0.2"], input: secrets.input)
            Command(["printf", "%s", secrets.text])
            Waiting(script: "\(waiting); pause job; \(telling)").exporting(["CANARY": "\(secrets.job)"])
            if let image: String = try host.vars["canary_image"] {
                DockerContainer(
                    "canary",
                    image: image,
                    state: .stopped,
                    environment: ["CANARY": "\(secrets.container)"]
                )
                User("canary", system: true, passwordHash: "$6$\(secrets.hash)")
            }
            Command.shell("[ ! -e \(folder)/fail ] || { { \(telling); } >&2; exit 3; }")
                .exporting(["CANARY": "\(secrets.task)"])
        }.become(privilege)
    }
}

private struct Canaries: Decodable {
    let file, template, line, input, environment, task, job, container, hash: Secret
    let text: String
}

/// A supervised job.
private struct Waiting: Resource {
    let name = "canary"
    let script: String
    var isAction: Bool { true }
    var probe: Probe<Void> { .constant(()) }

    func plan(from state: Void) -> Plan {
        .change([Step.script("wait", script).asJob()], Difference([.attribute("job", from: nil, to: "done")]))
    }
}
