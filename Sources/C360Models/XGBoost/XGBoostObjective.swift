import Foundation

/// The objectives of xgboost: what `predict` makes of the margin, and what `base_score` says.
enum XGBoostObjective {
  /// - Throws: the name, where it is not known.
  static func link(_ name: DocumentPlace) throws(ModelProblem) -> Link {
    switch try name.text() {
    case "reg:squarederror", "reg:linear", "reg:squaredlogerror", "reg:pseudohubererror",
      "reg:absoluteerror", "reg:quantileerror", "reg:expectileerror", "rank:pairwise", "rank:ndcg",
      "rank:map", "binary:logitraw":
      return .identity
    case "binary:logistic", "reg:logistic": return .logistic(scale: 1)
    case "binary:hinge": return .hinge
    case "count:poisson", "reg:gamma", "reg:tweedie", "survival:cox", "survival:aft":
      return .exponential
    case "multi:softprob", "multi:softmax": return .softmax
    case let other: throw name.problem("the objective `\(other)` of xgboost is not known here")
    }
  }

  /// `base_score` is written on the scale of the prediction; sums start on that of the margin.
  static func margin(
    ofBase score: Double, _ objective: String, at place: DocumentPlace
  ) throws(ModelProblem) -> Double {
    switch objective {
    case "binary:logistic", "reg:logistic":
      guard score > 0, score < 1 else {
        throw place.problem("the base score of `\(objective)` lies between 0 and 1")
      }
      return Double(-log(1 / Float(score) - 1))
    case "count:poisson", "reg:gamma", "reg:tweedie", "survival:cox", "survival:aft":
      guard score > 0 else {
        throw place.problem("the base score of `\(objective)` is more than 0")
      }
      return Double(log(Float(score)))
    default: return score
    }
  }
}
