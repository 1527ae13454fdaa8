import HostInventory
import Provisioning

@testable import Resources

/// What Docker 20.10 of Debian 12 answered.
enum DockerSamples {
    static let imageID = "sha256:" + String(repeating: "a", count: 64)
    static let containerID = "89f2" + String(repeating: "b", count: 60)

    static let image = """
        [{"Id": "\(imageID)", "RepoTags": ["haproxy:latest"], "RepoDigests": [], "Parent": "",
          "Config": {"Hostname": "", "User": "", "ExposedPorts": {"80/tcp": {}},
            "Env": ["PATH=/usr/sbin:/usr/bin", "LANG=C.UTF-8"],
            "Cmd": ["haproxy", "-db"], "Volumes": null, "WorkingDir": "/srv", "Entrypoint": null,
            "Labels": {"apus.context": "feed"}}}]
        """

    /// A container with everything said; replacements make a changed host of it.
    static let container = """
        [{"Id": "\(containerID)", "Name": "/balancer", "Image": "\(imageID)",
          "State": {"Status": "running", "Running": true, "ExitCode": 0},
          "HostConfig": {"Binds": ["vol:/c:ro", "/srv/a:/b:rw"], "NetworkMode": "bridge",
            "PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "8080"}],
              "53/udp": [{"HostIp": "127.0.0.1", "HostPort": "53"}]},
            "RestartPolicy": {"Name": "unless-stopped", "MaximumRetryCount": 0},
            "CapAdd": ["CAP_NET_ADMIN"], "CapDrop": ["MKNOD"], "ExtraHosts": ["db:10.0.0.1"],
            "ReadonlyRootfs": true, "Privileged": false,
            "Ulimits": [{"Name": "nofile", "Hard": 200, "Soft": 100}]},
          "Config": {"Hostname": "hh", "User": "1000", "Image": "haproxy",
            "Env": ["TOKEN=s3cret", "COLOR=blue", "LANG=C.UTF-8", "PATH=/usr/sbin:/usr/bin"],
            "Cmd": ["haproxy", "-d"], "WorkingDir": "/tmp", "Entrypoint": null,
            "Labels": {"apus.context": "feed", "x": "y"}},
          "NetworkSettings": {"Networks": {"bridge": {"NetworkID": "1"}}}}]
        """

    /// What `container` shows.
    static let desired = DockerContainer(
        "balancer",
        image: "haproxy",
        ports: [PortMapping(53, to: 53, .udp, address: "127.0.0.1"), PortMapping(8080, to: 80)],
        volumes: [VolumeMount("/srv/a", at: "/b"), VolumeMount("vol", at: "/c", readOnly: true)],
        environment: ["COLOR": "blue", "TOKEN": .secret("s3cret")],
        addedCapabilities: ["net_admin"],
        droppedCapabilities: ["CAP_MKNOD"],
        command: ["haproxy", "-d"],
        hostname: "hh",
        labels: ["x": "y"],
        extraHosts: ["db": "10.0.0.1"],
        readOnly: true,
        user: "1000",
        workingDirectory: "/tmp",
        ulimits: [Ulimit("nofile", soft: 100, hard: 200)]
    )

    /// As `DockerContainer("balancer", image: "haproxy")` leaves one.
    static let plainContainer = """
        [{"Id": "\(containerID)", "Name": "/balancer", "Image": "\(imageID)",
          "State": {"Status": "running", "Running": true, "ExitCode": 0},
          "HostConfig": {"Binds": null, "NetworkMode": "default", "PortBindings": {},
            "RestartPolicy": {"Name": "unless-stopped", "MaximumRetryCount": 0},
            "CapAdd": null, "CapDrop": null, "ExtraHosts": null, "ReadonlyRootfs": false, "Privileged": false,
            "Ulimits": null},
          "Config": {"Hostname": "89f2bbbbbbbb", "User": "", "Image": "haproxy:latest",
            "Env": ["PATH=/usr/sbin:/usr/bin", "LANG=C.UTF-8"], "Cmd": ["haproxy", "-db"], "WorkingDir": "/srv",
            "Entrypoint": null, "Labels": {"apus.context": "feed"}},
          "NetworkSettings": {"Networks": {"bridge": {}}}}]
        """

    static func state(container: String?, image: String? = image) throws -> DockerContainer.State {
        let containers = try container.map {
            try DockerContainerObservation.answers(from: ShellOutput($0), for: [.init(name: "balancer")])
        }
        let images = try image.map {
            try DockerImageObservation.answers(
                from: ShellOutput($0),
                for: [.init(reference: "haproxy:latest")]
            )
        }
        return DockerContainer.State(container: containers?[0], image: images?[0])
    }
}

func with<Value>(_ value: Value, _ change: (inout Value) -> Void) -> Value {
    var copy = value
    change(&copy)
    return copy
}
