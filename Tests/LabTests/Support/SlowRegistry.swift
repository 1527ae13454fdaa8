/// A registry of Docker images on a node, for that node alone: it has one image, and stops in the middle of its layer
/// until it may go on.
enum SlowRegistry {
    static let image = "127.0.0.1:5000/slow:latest"
    private static let folder = "/var/tmp/apus-registry"

    /// Starts it, as root; the node needs Docker.
    static let start = """
        mkdir -p \(folder)/v2/slow/manifests \(folder)/v2/slow/blobs
        cd \(folder)
        digest() { echo "sha256:$(sha256sum $1 | cut -c 1-64)"; }
        about() { printf '"size":%s,"digest":"%s"' "$(stat -c %s $1)" "$(digest $1)"; }
        head -c 1000000 /dev/urandom >content
        tar -cf layer content
        cat >config <<END
        {"architecture":"$(dpkg --print-architecture)","os":"linux","config":{},
         "rootfs":{"type":"layers","diff_ids":["$(digest layer)"]}}
        END
        type=application/vnd.docker
        cat >manifest <<END
        {"schemaVersion":2,"mediaType":"$type.distribution.manifest.v2+json",
         "config":{"mediaType":"$type.container.image.v1+json",$(about config)},
         "layers":[{"mediaType":"$type.image.rootfs.diff.tar",$(about layer)}]}
        END
        ln manifest v2/slow/manifests/latest
        ln manifest v2/slow/manifests/$(digest manifest)
        for blob in config layer; do ln $blob v2/slow/blobs/$(digest $blob); done
        cat >serve <<'END'
        \(server)
        END
        systemd-run -q --unit=apus-registry -p WorkingDirectory=\(folder) -p StandardOutput=file:\(folder)/ready perl serve
        until [ -s ready ]; do sleep 0.05; done
        """

    /// Waits until the layer is asked for.
    static let wait = "until [ -e \(folder)/asked ]; do sleep 0.05; done"
    static let goOn = "touch \(folder)/go"
    /// A line for each time that the layer was asked for.
    static let asked = "cat \(folder)/asked"
    static let end = "systemctl stop apus-registry 2>/dev/null || :; rm -rf \(folder)"

    /// What Docker's client needs of the distribution API, over files. Answers TLS, which Docker tries first, by
    /// hanging up.
    private static let server = #"""
        use IO::Socket::INET;
        $SIG{CHLD} = "IGNORE";
        my $server = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => 5000, Listen => 9) or die;
        $| = 1; print "ready\n";
        while (my $client = $server->accept) {
            next if fork;
            sysread $client, my $request, 8192;
            my ($method, $path) = $request =~ m{^(GET|HEAD) (/\S*)} or exit;
            my $body = "";
            if ($path ne "/v2/") { open my $file, "<", ".$path" or exit; local $/; $body = <$file> }
            my $type = $path =~ /manifests/ ? "vnd.docker.distribution.manifest.v2+json" : "octet-stream";
            my @head = ("HTTP/1.0 200 OK", "Docker-Distribution-Api-Version: registry/2.0",
                "Content-Type: application/$type", "Content-Length: " . length $body);
            print $client join("\r\n", @head, "", "");
            exit if $method eq "HEAD";
            my $half = int(length($body) / 2);
            print $client substr $body, 0, $half;
            if ($half > 100_000) {
                $client->flush;
                system "echo x >>asked";
                select undef, undef, undef, 0.05 until -e "go";
            }
            print $client substr $body, $half;
            exit;
        }
        """#
}
