import C360Diagnostics
import C360Syntax

extension Checker {
  func checkOutput(_ syntax: OutputSyntax, _ environment: Environment) {
    guard let name = syntax.name, let querySyntax = syntax.query else { return }
    let query = query(querySyntax, isOutput: true, environment)
    guard let destination = syntax.destination else { return }
    let path = destination.textValue
    let directory = environment.module.directory
    let key = ScriptPath.normalized(ScriptPath.joined(path, to: directory))
    if let first = outputPaths[key] {
      report(SemanticError.samePath(destination.span, path, first: first))
      return
    }
    outputPaths[key] = destination.span
    guard let query else { return }
    program.outputs.append(
      Output(
        name: environment.qualified(name.identifierText), query: query, path: path,
        directory: directory, format: syntax.format?.name?.text, span: syntax.span))
  }

  func checkShow(_ syntax: ShowSyntax, _ environment: Environment) {
    guard let querySyntax = syntax.query,
      let query = query(querySyntax, isOutput: false, environment)
    else { return }
    program.shows.append(Show(query: query, span: syntax.span))
  }
}
