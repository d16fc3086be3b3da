import ArgumentParser
import C360

struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the block that declares a data file.",
    discussion: """
      The block is a first contract: names and types are the file's, the roles @key and @time are \
      guesses. Paste it into a script and say there what the columns mean.

      EXAMPLES
        c360 schema data/orders.parquet
        c360 schema data/orders.csv >> first.c360
      """)

  @Argument(help: "A CSV, Parquet, Arrow IPC or JSON lines file.", completion: .file())
  var file: String

  func run() throws {
    let block = try Complaints(format: .text).guarding { try FileSchema.block(of: file) }
    Terminal.out(block)
  }
}
