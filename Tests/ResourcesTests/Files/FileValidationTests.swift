import Provisioning
import Testing

@testable import Resources

@Suite("What validates a file")
struct FileValidationTests {
    @Test(
        "is a command in which the candidate's path stands where it was put",
        arguments: [
            (["haproxy", "-c", "-f", .candidate], "haproxy -c -f FILE"),
            (["visudo", "--check", "--file=\(.candidate)"], "visudo --check '--file=FILE'"),
            (["\("/sbin/agent")", "--check", .candidate], "/sbin/agent --check FILE"),
            (
                ["sh", "-c", "a 'b' \("c d") $1", "sh", .candidate],
                "sh -c 'a '\\''b'\\'' c d $1' sh FILE"
            ),
        ] as [(FileValidation, String)]
    )
    func command(validation: FileValidation, shown: String) throws {
        #expect(validation.display == shown)
        try File("/x", contents: "").validated(by: validation).validate()
    }

    @Test(
        "is refused where it cannot be meant",
        arguments: [
            (
                ["true"],
                "/x: «true» does not look at the new content; write .candidate where its path belongs"
            ),
            ([.candidate], "/x: the validation «FILE» has no program"),
            (["a\0", .candidate], "/x: the validation «'a\0' FILE» has a NUL byte"),
        ] as [(FileValidation, String)]
    )
    func misuse(validation: FileValidation, why: String) {
        let error = #expect(throws: LocalFileError.self) {
            try File("/x", contents: "").validated(by: validation).validate()
        }
        #expect(error?.description == why)
    }

    @Test("lines and templates are replaced in the same way")
    func others() throws {
        let line = Line("/x", "a").validated(by: ["true", .candidate]).plan(from: (.text([]), FileState()))
        let template = Template("/x", text: "a").validated(by: ["true", .candidate]).plan(from: FileState())
        for plan in [line, template] { #expect(plan.titles == ["write /x, validated by «true FILE»"]) }
        #expect(throws: LocalFileError.self) { try Line("/x", "a").keepingBackups(-1).validate() }
        #expect(throws: LocalFileError.self) { try Template("/x", text: "a").keepingBackups(-1).validate() }
    }
}
