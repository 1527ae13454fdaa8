import Testing

extension LabSuite {
    /// `apus plan -o FILE` and `apus apply FILE` on a converged cluster.
    @Suite struct SavedPlans {
        @Test(
            "apply does the one change that was planned; where the state moved, it says where and does nothing"
        )
        func planAndApply() async throws {
            try await Lab.converge()
            let page = "/srv/nginx/server1/index.html"
            let files = try ScratchFolder()
            let plan = files.path("site.plan")
            try await Node.pi3.root("echo altered >>\(page)")
            let planned = try await Lab.apus("plan", "site", "-i", Lab.inventoryPath, "-o", plan).succeeded()
            expect(planned, "would change", onlyOn: .pi3)

            try await Node.pi3.root("echo moved >>\(page)")
            let refused = try await Lab.apus("apply", plan)
            #expect(refused.status == 3, "\(refused.output)")
            let place = "\(Node.pi3.address): Build and run nginx / docker_server / Template[\(page)]"
            #expect(
                refused.errors.contains("\(place): its state has moved since the plan was made"),
                "\(refused.errors)"
            )
            #expect(refused.errors.ranges(of: "has moved").count == 1, "\(refused.errors)")
            #expect(try await Node.pi3.root("tail -n 2 \(page)") == "altered\nmoved")

            try await Node.pi3.root("sed -i '$d' \(page)")
            let applied = try await Lab.apus("apply", plan).succeeded()
            expect(applied, "changed", onlyOn: .pi3)
            #expect(try await LabRun.of("site", check: true).unsettled == [])
        }

        /// Expects a recap that counts one on `node`, and none elsewhere.
        private func expect(_ run: Program.Ended, _ count: String, onlyOn node: Node) {
            for one in Node.allCases {
                let line = run.recap(of: one)
                #expect(line?.contains("\(count) \(one == node ? 1 : 0) ") == true, "\(run.output)")
            }
        }
    }
}
