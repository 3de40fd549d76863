import CRMMiddleware
import Testing

@testable import MiddlewareStorage

@Suite struct SeenGrowthTests {
    @Test func `a workspace is looked at with its first answer and with every thousandth after it`() {
        let growth = SeenGrowth()
        let workspace = WorkspaceID(value: 1)
        let looks = (1...3_001).filter { _ in growth.note(workspace) }
        #expect(looks == [1, 1_001, 2_001, 3_001])
        #expect(growth.note(WorkspaceID(value: 2)))
    }

    @Test func `workspaces beyond the bound are looked at with every answer`() {
        let growth = SeenGrowth()
        for id in 0..<SeenGrowth.workspacesMax { _ = growth.note(WorkspaceID(value: Int64(id))) }
        let beyond = WorkspaceID(value: Int64(SeenGrowth.workspacesMax))
        #expect(growth.note(beyond) && growth.note(beyond))
        #expect(!growth.note(WorkspaceID(value: 0)))
    }
}
