extension Catalogue {
  /// The kinds of declarations in this version, in the order in which a script usually has them.
  public static let declarations: [Declaration] = [
    Declaration(
      name: "edition", signature: "edition 2026", summary: "The edition of the language; first."),
    Declaration(name: "module", signature: "module a.b", summary: "The name of the module."),
    Declaration(
      name: "timezone", signature: "timezone \"Europe/London\"",
      summary: "The zone of dates and calendar spans; UTC unless said."),
    Declaration(
      name: "use", signature: "use std.rfm", summary: "The declarations of a module or a file."),
    Declaration(
      name: "param", signature: "param name: type in domain = value because \"…\"",
      summary: "A value that `--set` can change within its domain."),
    Declaration(
      name: "function", signature: "function f(a: type) -> type = expr",
      summary: "An expression with parameters."),
    Declaration(
      name: "entity", signature: "entity customer", summary: "Whom decisions are about."),
    Declaration(
      name: "events", signature: "events name of entity from \"file\" { columns }",
      summary: "What happened, and when."),
    Declaration(
      name: "profile", signature: "profile name of entity from \"file\" { columns }",
      summary: "What is known of an entity as of a time."),
    Declaration(
      name: "consents", signature: "consents name of entity from \"file\" { columns }",
      summary: "Grants and withdrawals of consent."),
    Declaration(
      name: "actions", signature: "actions name from \"file\" { columns }",
      summary: "What can be done, and the no-op."),
    Declaration(
      name: "limits", signature: "limits name from \"file\" { columns }",
      summary: "Bounds of constraints by group and day."),
    Declaration(
      name: "exposure", signature: "exposure name of entity from \"file\" | every P | at @t",
      summary: "The moments of decision and what followed."),
    Declaration(
      name: "feature", signature: "feature name [for actions] = expr",
      summary: "What is known of an entity before a time."),
    Declaration(
      name: "template", signature: "template name(parameters) { declarations }",
      summary: "Declarations with parameters."),
    Declaration(
      name: "apply", signature: "apply template(arguments) as name",
      summary: "The declarations of a template, as `name.…`."),
    Declaration(
      name: "mask", signature: "mask name [for actions] { hide …  forbid … }",
      summary: "What may be used and what may be done."),
    Declaration(
      name: "score", signature: "score name [for actions] = expr",
      summary: "A number that a decision needs."),
    Declaration(
      name: "objective", signature: "objective name [for actions] { maximize …  minimize … }",
      summary: "What is wanted, as weighted terms."),
    Declaration(
      name: "policy", signature: "policy name for actions at exposure { clauses }",
      summary: "How an action is chosen."),
    Declaration(
      name: "experiment", signature: "experiment name of entity at exposure { salt …  arm … }",
      summary: "Who gets which policy, by a hash of the entity."),
    Declaration(
      name: "arbitrate", signature: "arbitrate name of entity at exposure { first …  then … }",
      summary: "Which of several policies acts."),
    Declaration(
      name: "output", signature: "output name = query to \"file\"", summary: "A file to write."),
    Declaration(name: "show", signature: "show query", summary: "A table to print."),
    Declaration(
      name: "expect", signature: "expect condition because \"…\"",
      summary: "What every row of a table must satisfy."),
  ]
}
