/// The productions of the grammar (grammar/c360.ebnf has the same names).
public enum SyntaxKind: UInt8, Sendable, CaseIterable {
  case sourceFile
  // Declarations
  case edition, module, timezone, use, param, function, entity, table, exposure, feature
  case template, apply, mask, score, objective, constraint, policy, experiment, arbitrate
  case output, show, expect, view
  /// A declaration of the language that this version does not have: `fit monitor …`.
  case unsupported
  /// Tokens that fit no production.
  case malformed
  // Items of blocks
  case column, role, observed, arrives, expires, noAction, keep, outcome, link, resolve
  case hide, forbid, include, term, clause, parameter, permit, per, limit, shift
  case setting, arm, turn, share
  // Names, types, because
  case name, type, because, format
  // Expressions
  case reference, literal, money, list, parenthesized, unary, binary, isNull, isIn, range
  case call, argument, windowed, window, conditional, caseOf, caseBranch
  // Queries
  case query, stage, selectItem, sortItem
}
