import Testing

@testable import HostInventory

@Suite("Paths")
struct PathTests {
    @Test(
        "a file is in its folder, also where Foundation would trap",
        arguments: [
            ("h", "."), ("é", "."), ("hosts", "."), ("a/h", "a"), ("./h", "."), ("/h", "/"),
            ("/a/b/h", "/a/b"),
        ]
    )
    func folders(file: String, folder: String) {
        #expect(Paths.folder(of: file) == folder)
    }
}
