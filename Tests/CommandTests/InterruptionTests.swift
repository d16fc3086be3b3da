import Foundation
import Testing

@Suite("Ctrl-C")
struct InterruptionTests {
  @Test("cancels the run: exit code 130, old output intact, no file left behind")
  func cancels() throws {
    let workspace = try Workspace()
    var rows = "customer_id,ordered_at,amount\n"
    for row in 0..<20_000 { rows += "\(row % 5000),2026-01-01T00:00:00Z,1.5\n" }
    try workspace.write("orders.csv", rows)
    try workspace.write("out/all.csv", "old\n")
    try workspace.write(
      "long.c360",
      """
      edition 2026
      entity customer
      events orders of customer from "orders.csv" {
        customer_id: int        @key
        ordered_at:  time       @time
        amount:      money(EUR)
      }
      exposure days of customer in orders every 2h from @2026-01-02 through @2026-04-01
      feature n = count(orders) over 30d
      feature d = decayed_sum(orders.amount, half_life: 7d) over 30d
      output all = days | select *, n, d to "out/all.csv"
      """)
    let running = try workspace.start(["run", "long.c360"])
    while running.process.isRunning, !Self.catchesInterrupt(running.process.processIdentifier) {
      Thread.sleep(forTimeInterval: 0.002)
    }
    running.process.interrupt()
    let outcome = try workspace.finish(running)
    #expect(outcome.status == 130)
    #expect(outcome.complaints.contains("cancelled, nothing was written"))
    #expect(workspace.files("out") == ["all.csv"])
    #expect(workspace.text("out/all.csv") == "old\n")
  }

  /// Whether a process is the command and has a handler for Ctrl-C by now; before it begins, it is
  /// a copy of this one.
  private static func catchesInterrupt(_ process: Int32) -> Bool {
    guard
      let running = try? FileManager.default.destinationOfSymbolicLink(
        atPath: "/proc/\(process)/exe"),
      running == Workspace.binary.resolvingSymlinksInPath().path,
      let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("SigCgt:") }),
      let mask = UInt64(line.dropFirst(7).trimmingCharacters(in: .whitespaces), radix: 16)
    else { return false }
    return mask & (1 << UInt64(SIGINT - 1)) != 0
  }
}
