import HostInventory
import Provisioning

/// What is done on a host with a container.
struct ContainerScripts {
    let container: DockerContainer

    private var name: String { shellQuoted(container.name) }

    /// Stops it with its grace, then removes it; its named and anonymous volumes stay.
    var remove: Step {
        .script(
            "remove the container \(container.name)",
            "docker stop \(name) >/dev/null && docker rm \(name) >/dev/null"
        )
    }

    /// - Parameter verb: "start" or "restart".
    func start(_ verb: String) -> Step {
        .script(
            "\(verb) the container \(container.name)",
            """
            \(lifeCheck)
            docker \(verb) \(name) >/dev/null && lives \(name) || exit 1
            """
        )
    }

    /// Makes the container anew; one that is there is kept aside until the new one runs, and comes back if it does
    /// not. What an interrupted replacement left aside counts as the one that is there.
    func replace(isThere: Bool) -> Step {
        let connects = container.network.names.dropFirst().map {
            "docker network connect \(shellQuoted($0)) \(name) || exit 1"
        }
        let start =
            container.state == .running ? "docker start \(name) >/dev/null && lives \(name) || exit 1" : ""
        return .script(
            "\(isThere ? "replace" : "create") the container \(container.name)",
            deadline: .seconds(900),
            """
            \(lifeCheck)
            old=\(shellQuoted(container.name + ".apus-old"))
            has() { docker container inspect "$1" >/dev/null 2>&1; }
            if has \(name); then
              if has "$old"; then docker rm -f "$old" >/dev/null || exit 1; fi
              docker rename \(name) "$old" || exit 1
            fi
            was=
            if has "$old"; then
              was=$(docker container inspect --format '{{.State.Running}}' "$old") || exit 1
              image=$(docker container inspect --format '{{.Image}}' "$old") || exit 1
            fi
            back() {
              if has \(name); then docker rm -f \(name) >/dev/null; fi
              [ -n "$was" ] || return
              docker rename "$old" \(name) || return
              [ "$was" = false ] || docker start \(name) >/dev/null || return
              echo "the container of before is back" >&2
            }
            trap back EXIT
            trap 'exit 1' HUP INT TERM
            \(create)
            \(connects.joined(separator: "\n"))
            [ "$was" != true ] || docker stop "$old" >/dev/null || exit 1
            \(start)
            trap - EXIT
            [ -z "$was" ] || docker rm "$old" >/dev/null || exit 1
            # What the old one ran, where nothing has a use for it any more; in use by another is no failure.
            if [ -n "$was" ] && [ "$(docker image inspect --format '{{len .RepoTags}}' "$image" 2>/dev/null)" = 0 ]; then
              docker image rm "$image" >/dev/null 2>&1 || :
            fi
            """
        )
        // A container that dies may have written them into its log.
        .hiding(container.environment.values.compactMap(\.secret))
    }

    /// In a shell of its own, so that secrets are in the environment of this one command only.
    private var create: String {
        var secrets: [String] = []
        var words = ["docker", "create", "--name", container.name, "--restart", "\(container.restart)"]
        words += ["--network", container.network.mode]
        words += container.ports.flatMap { ["--publish", $0.argument] }
        words += container.volumes.flatMap { ["--volume", $0.argument] }
        for (variable, value) in container.environment.sorted(by: { $0.key < $1.key }) {
            switch value {
            case .plain(let text): words += ["--env", "\(variable)=\(text)"]
            case .secret(let secret):
                // Without a value Docker's client takes that of its own environment.
                words += ["--env", variable]
                secrets.append("export \(variable)=\(shellQuoted(secret.revealed))")
            }
        }
        words += container.addedCapabilities.flatMap { ["--cap-add", $0] }
        words += container.droppedCapabilities.flatMap { ["--cap-drop", $0] }
        words += container.hostname.map { ["--hostname", $0] } ?? []
        words += container.labels.sorted { $0.key < $1.key }.flatMap { ["--label", "\($0)=\($1)"] }
        words += container.extraHosts.sorted { $0.key < $1.key }.flatMap { ["--add-host", "\($0):\($1)"] }
        words += container.isReadOnly ? ["--read-only"] : []
        words += container.isPrivileged ? ["--privileged"] : []
        words += container.user.map { ["--user", $0] } ?? []
        words += container.workingDirectory.map { ["--workdir", $0] } ?? []
        words += container.ulimits.flatMap { ["--ulimit", $0.argument] }
        words += container.entrypoint.map { ["--entrypoint", $0.first ?? ""] } ?? []
        words.append(container.image)
        words += (container.entrypoint ?? []).dropFirst()
        words += container.command ?? []
        let lines = secrets + ["\(words.shellQuoted) >/dev/null"]
        return "( \(lines.joined(separator: "\n")) ) || exit 1"
    }

    /// A container that dies soon after its start has failed, and its last words tell why.
    private var lifeCheck: String {
        """
        lives() {
          for moment in 1 2 3 4; do
            sleep 0.5
            state=$(docker container inspect --format '{{.State.Running}} {{.State.Restarting}} {{.RestartCount}}' "$1") || return
            [ "$state" = 'true false 0' ] && continue
            # Not from its state: one that is already started again has status 0 there.
            status=$(docker events --since 60s --until "$(($(date +%s) + 1))" --filter "container=$1" \\
              --filter event=die --format '{{.Actor.Attributes.exitCode}}' | tail -n 1)
            [ -n "$status" ] || status=$(docker container inspect --format '{{.State.ExitCode}}' "$1")
            echo "the container $1 died right after its start with status $status; its last lines:" >&2
            docker logs --tail 9 "$1" >&2 2>&1
            return 1
          done
        }
        """
    }
}
