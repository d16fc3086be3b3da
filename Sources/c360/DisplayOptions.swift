import ArgumentParser
import C360Display

extension TableMode: ExpressibleByArgument {}

/// How tables are printed.
struct DisplayOptions: ParsableArguments {
  @Option(
    help: "How tables are printed (default: box on a terminal, else plain).")
  var mode: TableMode?

  @Option(
    name: .customLong("max-rows"),
    help: "Rows printed of each table, from its head and its tail; 0 for all. Not for csv and json."
  )
  var maximumRows = TableOptions.usualRows

  func validate() throws {
    if maximumRows < 0 { throw ValidationError("`--max-rows` is a number of rows, 0 for all") }
  }

  /// As they fit to where the results go.
  var tables: TableOptions {
    let size = Terminal.outputSize
    return TableOptions(
      mode: mode ?? (size == nil ? .plain : .box), width: size?.columns,
      maximumRows: maximumRows == 0 ? nil : maximumRows, isStyled: Terminal.printsInColours)
  }
}
