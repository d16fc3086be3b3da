import Testing

@Suite("a program that asks the prompt through a pipe, and waits")
struct WaitingPipeTests {
  @Test("a statement that could end is answered while the pipe stays open, one that cannot is not")
  func answered() throws {
    let workspace = try Workspace.shop()
    // What was not answered in time is asked for by a name that nobody declared.
    let outcome = try workspace.shell(
      """
      waits() { for i in $(seq 300); do grep -q "$1" out.txt && return; sleep 0.1; done; echo unanswered; }
      { echo "1 +"; sleep 0.5; echo "41"; waits 42; echo "orders | take 1 |"; echo " group { n = count() }"
        waits "(1 row)"; printf 'orders\\n  | group { m = count() }\\n'; } | $C360 repl --no-init shop.c360 > out.txt
      """)
    #expect(outcome.status == 0, "\(outcome.complaints)")
    #expect(workspace.text("out.txt")?.hasPrefix("42\n") == true)
    #expect(workspace.text("out.txt")?.contains("(1 row)\nm\n") == true)
  }
}
